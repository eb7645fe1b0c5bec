// Read a learner's Personal Learning Record and print it as a table, in C#. With Mono (Debian: mono-devel and
// mono-mcs), while the service runs:
//
//   wsdl -n:Lrs -out:LearnerServiceR9.cs 'http://127.0.0.1:8080/LearnerServiceR9.svc?singleWsdl'
//   mcs -r:System.Web.Services LearningEvents.cs LrsClient.cs LearnerServiceR9.cs
//   mono LearningEvents.exe [--get-type FULL|BRIEF] [--user-type LNR|ORG|SER] [--language ENG|CYM]
//                           ULN FAMILY_NAME GIVEN_NAME
//
// The environment says which service to call and who calls it: see README.md. The program prints the answer in words,
// then a row for each learning event; columns that no event fills are left out. The exit status is 0 if the service sent
// the record, even an empty one. The learner can see later who asked for it.

using System;
using System.Collections.Generic;
using System.Linq;
using Lrs;

static class LearningEvents
{
    static readonly Dictionary<string, string> Answers = new Dictionary<string, string>
    {
        ["WSRC0004"] = "this is the learner's record",
        ["WSRC0022"] = "the ULN is linked to a master, whose ULN is the one to use; this is the record of all its ULNs",
        ["WSEC0136"] = "this is not a ULN: a ULN has ten digits, and the last one checks the others",
        ["WSEC0206"] = "the learner has not opted to share the record, so only the learner may read it",
        ["WSEC0208"] = "no learner has this ULN and exactly these names",
    };
    static readonly string[] Records = { "WSRC0004", "WSRC0022" };

    static readonly string[] Headings =
    {
        "Awarded", "Source", "Type", "Subject", "Code", "Level", "Grade", "Credits", "Awarded by",
    };
    const string NoGrade = "9999999999";

    static int Main(string[] arguments)
    {
        return LrsClient.Run(() => Show(arguments));
    }

    static int Show(string[] arguments)
    {
        var options = new Dictionary<string, string>
        {
            ["--get-type"] = "FULL", ["--user-type"] = "ORG", ["--language"] = "ENG",
        };
        int place = 0;
        for (; place + 1 < arguments.Length && arguments[place].StartsWith("--"); place += 2)
            options[arguments[place]] = arguments[place + 1];
        string[] given = arguments.Skip(place).ToArray();
        if (given.Length != 3)
            throw new LrsException("Give ULN FAMILY_NAME GIVEN_NAME, after the options.");
        var asker = new InvokingOrganisationR10
        {
            Ukprn = LrsClient.Ukprn, Password = LrsClient.Password, Username = LrsClient.User,
        };
        var service = LrsClient.Open<LearnerServiceR9Proxy>("LearnerServiceR9");
        GetLearnerLearningEventsResponse answer = LrsClient.Read(() => service.GetLearnerLearningEvents(
            asker, options["--user-type"], LrsClient.Vendor, options["--language"], given[0], given[2], given[1],
            null, null, options["--get-type"]));
        Console.WriteLine("{0}: {1}", answer.ResponseCode, Answers[answer.ResponseCode]);
        if (!Records.Contains(answer.ResponseCode))
            return 1;
        Console.WriteLine("ULN {0}, {1} learning events", answer.FoundULN, answer.LearnerRecord.Length);
        if (answer.LearnerRecord.Length != 0)
            Console.WriteLine(string.Join("\n", Table(answer.LearnerRecord)));
        return 0;
    }

    // The lines of a table: a row for each event, without the columns that no event fills.
    static IEnumerable<string> Table(LearningEvent[] events)
    {
        string[][] rows = events.Select(Row).ToArray();
        var lines = new string[events.Length + 1];
        for (int column = 0; column < Headings.Length; ++column)
        {
            string[] cells = rows.Select(row => row[column] ?? "").ToArray();
            if (cells.All(cell => cell == ""))
                continue;
            cells = cells.Prepend(Headings[column]).ToArray();
            int width = cells.Max(cell => cell.Length) + 2;
            for (int line = 0; line < lines.Length; ++line)
                lines[line] += cells[line].PadRight(width);
        }
        return lines.Select(line => line.TrimEnd());
    }

    static string[] Row(LearningEvent each)
    {
        return new[]
        {
            each.AchievementAwardDate, each.Source, each.QualificationType, each.Subject, each.SubjectCode, each.Level,
            each.Grade == NoGrade ? "" : each.Grade, each.Credits.ToString(), each.AwardingOrganisationName,
        };
    }
}
