// Asks LRS endpoints with the proxies of .NET's `wsdl` and prints what they make of the answers, line by line as the
// class Program of client.py says.
//
// For HTTPS, Identity.cs says whom to trust and who asks.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Web.Script.Serialization;
using System.Web.Services;
using System.Web.Services.Protocols;
using System.Xml;

static class Lrs
{
    const string R9Namespace = "http://tempuri.org/", OtherAction = R9Namespace + "ILearnerServiceR9/ViewAudit";

    static void Main()
    {
        Identity.TrustOwnAuthority();
        var json = new JavaScriptSerializer();
        for (string line = Console.ReadLine(); line != null; line = Console.ReadLine())
            Console.WriteLine(json.Serialize(Said(json.Deserialize<object[]>(line))));
    }

    static object Said(object[] question)
    {
        string service = (string)question[1], operation = (string)question[2], action = (string)question[3];
        SoapHttpClientProtocol proxy = action == OtherAction ? new Misdirected()
            : service == "LearnerService" ? (SoapHttpClientProtocol)new Learners.LearnerServiceProxy()
            : new R9.LearnerServiceR9Proxy();
        proxy.Url = question[0] + "/" + service + ".svc";
        X509Certificate2 certificate = Identity.Certificate();
        if (certificate != null)
            proxy.ClientCertificates.Add(certificate);
        return operation == null
            ? new { operations = Operations(proxy).Select(each => each.Name) }
            : Answer(proxy, operation, (Dictionary<string, object>)question[4]);
    }

    // Sends one action, whatever fits; the generated proxies always send that which does.
    [WebServiceBinding(Name = "Misdirected", Namespace = R9Namespace)]
    class Misdirected : SoapHttpClientProtocol
    {
        [SoapDocumentMethod(OtherAction, RequestNamespace = R9Namespace, ResponseNamespace = R9Namespace)]
        public void GetOrganisation()
        {
            Invoke("GetOrganisation", new object[0]);
        }
    }

    static IEnumerable<MethodInfo> Operations(SoapHttpClientProtocol proxy)
    {
        return proxy.GetType().GetMethods().Where(each => each.IsDefined(typeof(SoapDocumentMethodAttribute)));
    }

    static object Answer(SoapHttpClientProtocol proxy, string operation, Dictionary<string, object> request)
    {
        MethodInfo method = Operations(proxy).Single(each => each.Name == operation);
        var style = method.GetCustomAttribute<SoapDocumentMethodAttribute>().ParameterStyle;
        bool bare = style == SoapParameterStyle.Bare;
        object[] arguments = method.GetParameters()
            .Select(each => Values.Made(each.ParameterType, bare ? request : request[each.Name])).ToArray();
        try
        {
            object answer = Values.Plain(method.Invoke(proxy, arguments));
            return new { answer = bare ? answer : new Dictionary<string, object> { [operation + "Result"] = answer } };
        }
        catch (TargetInvocationException exception) when (exception.InnerException is SoapException)
        {
            return new { fault = Fields((SoapException)exception.InnerException) };
        }
    }

    static Dictionary<string, string> Fields(SoapException fault)
    {
        var fields = new Dictionary<string, string>
        {
            ["faultcode"] = fault.Code.Name, ["faultstring"] = fault.Message,
        };
        // The detail holds one exception.
        if (fault.Detail != null)
            foreach (XmlNode field in fault.Detail.FirstChild.ChildNodes)
                fields[field.LocalName] = field.InnerText;
        return fields;
    }
}
