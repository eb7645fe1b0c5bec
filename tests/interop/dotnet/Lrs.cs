// Asks an LRS endpoint with the proxies of .NET's `wsdl` and prints what they make of the answer, a fact a line.
//
//   mono Lrs.exe ADDRESS operations LearnerService|LearnerServiceR9
//   mono Lrs.exe ADDRESS find PASSWORD ULN FAMILY_NAME GIVEN_NAME
//   mono Lrs.exe ADDRESS register PASSWORD FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH
//   mono Lrs.exe ADDRESS misdirect
//
// For HTTPS, Identity.cs says whom to trust and who asks.

using System;
using System.Linq;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Web.Services;
using System.Web.Services.Protocols;
using System.Xml;

static class Lrs
{
    const string R9Namespace = "http://tempuri.org/";

    static void Main(string[] arguments)
    {
        Identity.TrustOwnAuthority();
        string address = arguments[0];
        string[] rest = arguments.Skip(2).ToArray();
        try
        {
            switch (arguments[1])
            {
                case "operations": ShowOperations(rest[0]); break;
                case "find": Find(address, rest[0], rest[1], rest[2], rest[3]); break;
                case "register": Register(address, rest[0], rest[1], rest[2], rest[3]); break;
                case "misdirect": Identified(new Misdirected(), address + "/LearnerServiceR9.svc").Ask(); break;
            }
        }
        catch (SoapException fault)
        {
            Console.WriteLine("faultcode=" + fault.Code.Name);
            Console.WriteLine("faultstring=" + fault.Message);
            if (fault.Detail != null)
                foreach (XmlNode exception in fault.Detail.ChildNodes)
                    foreach (XmlNode child in exception.ChildNodes)
                        Console.WriteLine(child.LocalName + "=" + child.InnerText);
        }
    }

    static void ShowOperations(string service)
    {
        Type proxy = service == "LearnerService"
            ? typeof(Learners.LearnerServiceProxy)
            : typeof(R9.LearnerServiceR9Proxy);
        foreach (MethodInfo method in proxy.GetMethods())
            if (method.IsDefined(typeof(SoapDocumentMethodAttribute), false))
                Console.WriteLine("operation=" + method.Name);
    }

    static void Find(string address, string password, string uln, string familyName, string givenName)
    {
        Show(LearnerService(address).learnerByULN(new Learners.LearnerByULNRqst
        {
            FindType = "FUL", UKPRN = "TEST0001", OrgPassword = password, UserName = "dotnet",
            ULN = uln, FamilyName = familyName, GivenName = givenName,
        }));
    }

    static void Register(string address, string password, string familyName, string givenName, string dateOfBirth)
    {
        Show(LearnerService(address).registerSingleLearner(new Learners.RegisterSingleLearnerRqst
        {
            UKPRN = "TEST0001", OrgPassword = password, UserName = "dotnet",
            Learner = new Learners.LearnerToRegister
            {
                FamilyName = familyName, GivenName = givenName, DateOfBirth = dateOfBirth, Gender = "2",
                LastKnownPostCode = "LS1 4AP", VerificationType = "1", AbilityToShare = "1",
            },
        }));
    }

    // The generated proxy always sends the action that fits.
    [WebServiceBinding(Name = "Misdirected", Namespace = R9Namespace)]
    class Misdirected : SoapHttpClientProtocol
    {
        [SoapDocumentMethod(R9Namespace + "ILearnerServiceR9/ViewAudit", RequestElementName = "GetOrganisation",
            RequestNamespace = R9Namespace, ResponseNamespace = R9Namespace)]
        public void Ask()
        {
            Invoke("Ask", new object[0]);
        }
    }

    static Learners.LearnerServiceProxy LearnerService(string address)
    {
        return Identified(new Learners.LearnerServiceProxy(), address + "/LearnerService.svc");
    }

    static T Identified<T>(T proxy, string url) where T : SoapHttpClientProtocol
    {
        proxy.Url = url;
        X509Certificate2 certificate = Identity.Certificate();
        if (certificate != null)
            proxy.ClientCertificates.Add(certificate);
        return proxy;
    }

    static void Show(object facts)
    {
        foreach (PropertyInfo property in facts.GetType().GetProperties())
        {
            object value = property.GetValue(facts, null);
            if (property.Name == "Learner" && value != null)
                foreach (object learner in (Array)value)
                {
                    Console.WriteLine("Learner:");
                    Show(learner);
                }
            else if (property.Name == "LinkedULNs")
                Console.WriteLine("LinkedULNs=" + string.Join(" ", (string[])value));
            else if (value != null)
                Console.WriteLine(property.Name + "=" + value);
        }
    }
}
