// Find a learner by ULN or register a new one, in C#. With Mono (Debian: mono-devel and mono-mcs), while the service
// runs:
//
//   wsdl -n:Lrs -out:LearnerService.cs 'http://127.0.0.1:8080/LearnerService.svc?singleWsdl'
//   mcs -r:System.Web.Services FindOrRegister.cs LearnerService.cs
//   mono FindOrRegister.exe ADDRESS FAMILY_NAME GIVEN_NAME ULN
//   mono FindOrRegister.exe ADDRESS FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE
//
// ADDRESS is the service's, such as http://127.0.0.1:8080. The program prints the response code, and each learner found
// or the new ULN. For HTTPS, add an X509Certificate2 to the proxy's ClientCertificates.

using System;
using System.Web.Services.Protocols;
using System.Xml;
using Lrs;

static class FindOrRegister
{
    const string Exceptions = "http://api.lrs.miap.gov.uk/exceptions";
    const string Ukprn = "TEST0001", Password = "CompatSitePass01", User = "example";

    static int Main(string[] arguments)
    {
        var service = new LearnerServiceProxy { Url = arguments[0] + "/LearnerService.svc" };
        try
        {
            if (arguments.Length == 4)
                Find(service, arguments);
            else
                Register(service, arguments);
            return 0;
        }
        catch (SoapException fault) when (fault.Detail != null && fault.Detail["MIAPAPIException", Exceptions] != null)
        {
            XmlElement exception = fault.Detail["MIAPAPIException", Exceptions];
            Console.Error.WriteLine("{0}: {1}: {2}", Field(exception, "ErrorCode"), Field(exception, "Description"),
                Field(exception, "FurtherDetails"));
            return 1;
        }
    }

    // Any namespace: the service sends the fields without one, which is not what its WSDL says.
    static string Field(XmlElement exception, string name)
    {
        return exception.SelectSingleNode("*[local-name()='" + name + "']").InnerText;
    }

    static void Find(LearnerServiceProxy service, string[] arguments)
    {
        FindLearnerResp answer = service.learnerByULN(new LearnerByULNRqst
        {
            FindType = "FUL", UKPRN = Ukprn, OrgPassword = Password, UserName = User,
            FamilyName = arguments[1], GivenName = arguments[2], ULN = arguments[3],
        });
        Console.WriteLine(answer.ResponseCode);
        foreach (Learner learner in answer.Learner ?? new Learner[0])
            Console.WriteLine("{0} {1} {2} {3} {4}", learner.ULN, learner.GivenName, learner.FamilyName,
                learner.DateOfBirth, learner.LastKnownPostCode);
    }

    static void Register(LearnerServiceProxy service, string[] arguments)
    {
        RegisterSingleLearnerResp answer = service.registerSingleLearner(new RegisterSingleLearnerRqst
        {
            UKPRN = Ukprn, OrgPassword = Password, UserName = User,
            Learner = new LearnerToRegister
            {
                FamilyName = arguments[1], GivenName = arguments[2], DateOfBirth = arguments[3], Gender = arguments[4],
                LastKnownPostCode = arguments[5],
                VerificationType = "1", // the learner's relationship with the school
                AbilityToShare = "1", // the learner has seen the privacy notice
            },
        });
        Console.WriteLine(answer.ResponseCode);
        if (answer.ULN != null)
            Console.WriteLine(answer.ULN);
    }
}
