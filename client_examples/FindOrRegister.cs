// Find a learner by ULN or register a new one, in C#. With Mono (Debian: mono-devel and mono-mcs), while the service
// runs:
//
//   wsdl -n:Lrs -out:LearnerService.cs 'http://127.0.0.1:8080/LearnerService.svc?singleWsdl'
//   mcs -r:System.Web.Services FindOrRegister.cs LrsClient.cs LearnerService.cs
//   mono FindOrRegister.exe FAMILY_NAME GIVEN_NAME ULN
//   mono FindOrRegister.exe FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE
//
// The environment says which service to call and who calls it: see README.md. The program prints the response code, and
// each learner found or the new ULN.

using System;
using Lrs;

static class FindOrRegister
{
    const string ExactMatch = "WSRC0004", MasterSubstituted = "WSRC0022";

    static int Main(string[] arguments)
    {
        return LrsClient.Run(() =>
        {
            if (arguments.Length != 3 && arguments.Length != 5)
                throw new LrsException(
                    "Give FAMILY_NAME GIVEN_NAME ULN, or FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE.");
            var service = LrsClient.Open<LearnerServiceProxy>("LearnerService");
            if (arguments.Length == 3)
                Show(FindByUln(service, arguments));
            else
                Register(service, arguments);
            return 0;
        });
    }

    static FindLearnerResp FindByUln(LearnerServiceProxy service, string[] arguments)
    {
        return LrsClient.Read(() => service.learnerByULN(new LearnerByULNRqst
        {
            FindType = "FUL", UKPRN = LrsClient.Ukprn, OrgPassword = LrsClient.Password, UserName = LrsClient.User,
            FamilyName = arguments[0], GivenName = arguments[1], ULN = arguments[2],
        }));
    }

    static FindLearnerResp FindByDemographics(LearnerServiceProxy service, string[] arguments)
    {
        return LrsClient.Read(() => service.learnerByDemographics(new LearnerByDemographicsRqst
        {
            FindType = "FUL", UKPRN = LrsClient.Ukprn, OrgPassword = LrsClient.Password, UserName = LrsClient.User,
            FamilyName = arguments[0], GivenName = arguments[1], DateOfBirth = arguments[2], Gender = arguments[3],
            LastKnownPostCode = arguments[4],
        }));
    }

    // Nobody is registered twice: if the answer is lost, the learner is looked for before the registration is sent again.
    static void Register(LearnerServiceProxy service, string[] arguments)
    {
        var learner = new LearnerToRegister
        {
            FamilyName = arguments[0], GivenName = arguments[1], DateOfBirth = arguments[2], Gender = arguments[3],
            LastKnownPostCode = arguments[4],
            VerificationType = "1", // the learner's relationship with the school
            AbilityToShare = "1", // the learner has seen the privacy notice
        };
        var request = new RegisterSingleLearnerRqst
        {
            UKPRN = LrsClient.Ukprn, OrgPassword = LrsClient.Password, UserName = LrsClient.User, Learner = learner,
        };
        for (int left = LrsClient.Retries; ; --left)
        {
            try
            {
                RegisterSingleLearnerResp answer = LrsClient.SendOnce(() => service.registerSingleLearner(request));
                Console.WriteLine(answer.ResponseCode);
                if (answer.ULN != null)
                    Console.WriteLine(answer.ULN);
                return;
            }
            catch (NoAnswerException)
            {
                FindLearnerResp found = FindByDemographics(service, arguments);
                if (found.ResponseCode == ExactMatch || found.ResponseCode == MasterSubstituted)
                {
                    Show(found);
                    return;
                }
                if (left == 0)
                    throw;
            }
        }
    }

    static void Show(FindLearnerResp answer)
    {
        Console.WriteLine(answer.ResponseCode);
        foreach (Learner learner in answer.Learner ?? new Learner[0])
            Console.WriteLine("{0} {1} {2} {3} {4}", learner.ULN, learner.GivenName, learner.FamilyName,
                learner.DateOfBirth, learner.LastKnownPostCode);
    }
}
