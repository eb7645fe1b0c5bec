// Call the Learning Records Service through the proxies that wsdl makes. The programs in C# beside this one share it:
// copy it along with them.
//
// The environment says which service to call, who calls it and how long to wait; README.md lists the variables. Every
// call has a timeout. LrsClient.Read is for what changes nothing, and asks again if no answer comes. LrsClient.SendOnce
// is for what changes something: if no answer comes, nobody knows whether the service has done it.

using System;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Web.Services.Protocols;
using System.Xml;

// A call that did not come to an answer of its operation. The message says why, to a person.
class LrsException : Exception
{
    public LrsException(string message, int status = 1) : base(message)
    {
        Status = status;
    }

    // The exit status of a program that ends with it: 1, or 2 for not now.
    public int Status { get; private set; }
}

// No answer has come. If something was sent, nobody knows whether the service has done it.
class NoAnswerException : LrsException
{
    public NoAnswerException(string message) : base(message, 2) {}
}

static class LrsClient
{
    const string OutOfHours = "WSEC0004";
    const string ClosedForMaintenance = "The service is closed for maintenance. Run the program again later.";
    const int LongestPause = 30;

    public static readonly string Ukprn = Variable("UKPRN", "TEST0001");
    public static readonly string Password = Variable("PASSWORD", "CompatSitePass01");
    public static readonly string User = Variable("USER", "example");
    static readonly string Address = Variable("ADDRESS", "http://127.0.0.1:8080").TrimEnd('/');

    public static int Vendor
    {
        get { return WholeNumber("VENDOR", 1, 1); }
    }

    public static int Retries
    {
        get { return WholeNumber("RETRIES", 3, 0); }
    }

    // The proxy of one of the service's two ports: LearnerService or LearnerServiceR9.
    public static T Open<T>(string service) where T : SoapHttpClientProtocol, new()
    {
        var proxy = new T
        {
            Url = Address + "/" + service + ".svc",
            Timeout = 1000 * WholeNumber("TIMEOUT", 30, 1),
        };
        string certificate = Variable("CERTIFICATE", "");
        if (certificate != "")
            proxy.ClientCertificates.Add(new X509Certificate2(certificate, Variable("CERTIFICATE_PASSWORD", "")));
        string authority = Variable("AUTHORITY", "");
        if (authority != "")
            Trust(new X509Certificate2(authority));
        return proxy;
    }

    // The answer to a request that changes nothing. If no answer comes, the request is sent again.
    public static T Read<T>(Func<T> call)
    {
        for (int number = 0; number < Retries; ++number)
        {
            try
            {
                return SendOnce(call);
            }
            catch (NoAnswerException)
            {
                Thread.Sleep(TimeSpan.FromSeconds(Math.Min(Math.Pow(2, number), LongestPause)));
            }
        }
        return SendOnce(call);
    }

    // The answer to a request, which is sent once. Every failure is an LrsException.
    public static T SendOnce<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SoapException fault)
        {
            throw Refusal(fault);
        }
        catch (WebException error)
        {
            var answer = error.Response as HttpWebResponse;
            if (answer != null && answer.StatusCode == HttpStatusCode.MethodNotAllowed)
                throw new LrsException(ClosedForMaintenance, 2);
            if (error.Status == WebExceptionStatus.TrustFailure || error.Status == WebExceptionStatus.SecureChannelFailure)
                throw new LrsException(Address + " and this program do not trust each other: " +
                    "LEARNING_RECORDS_CERTIFICATE or LEARNING_RECORDS_AUTHORITY is not right.");
            throw new NoAnswerException("No answer from " + Address + ".");
        }
        catch (InvalidOperationException)
        {
            // What came is not SOAP.
            throw new NoAnswerException("No answer from " + Address + ".");
        }
    }

    // Run a program and return its exit status. An LrsException is one sentence and its status.
    public static int Run(Func<int> program)
    {
        try
        {
            return program();
        }
        catch (LrsException error)
        {
            Console.Error.WriteLine(error.Message);
            return error.Status;
        }
    }

    // A fault as an exception, in the service's words or those of the SOAP library.
    static LrsException Refusal(SoapException fault)
    {
        XmlNode exception = fault.Detail == null ? null : fault.Detail.FirstChild;
        string code = Field(exception, "ErrorCode");
        if (code == null)
            return new LrsException(fault.Code.Name + ": " + fault.Message);
        if (code == OutOfHours)
            return new LrsException(code + ": the service is closed at this hour. Run the program again later.", 2);
        string detail = Field(exception, "ErrorDetail");
        if (detail != null) // LearnerServiceR9
            return new LrsException(code + ": " + Encoding.UTF8.GetString(Convert.FromBase64String(detail)));
        string[] words = { code, Field(exception, "Description"), Field(exception, "FurtherDetails") };
        return new LrsException(string.Join(": ", words.Where(each => !string.IsNullOrEmpty(each))));
    }

    // Any namespace: LearnerService sends the fields without one, which is not what its WSDL says.
    static string Field(XmlNode exception, string name)
    {
        XmlNode field = exception == null ? null : exception.SelectSingleNode("*[local-name()='" + name + "']");
        return field == null ? null : field.InnerText;
    }

    // The machine's store of authorities is left alone: this program trusts one more.
    static void Trust(X509Certificate2 authority)
    {
        ServicePointManager.ServerCertificateValidationCallback = (sender, certificate, chain, errors) =>
            errors == SslPolicyErrors.None
            || errors == SslPolicyErrors.RemoteCertificateChainErrors
            && chain.ChainStatus.All(each => each.Status == X509ChainStatusFlags.UntrustedRoot)
            && chain.ChainElements.Cast<X509ChainElement>().Last().Certificate.Thumbprint == authority.Thumbprint;
    }

    static string Variable(string name, string otherwise)
    {
        string given = Environment.GetEnvironmentVariable("LEARNING_RECORDS_" + name);
        return string.IsNullOrEmpty(given) ? otherwise : given;
    }

    static int WholeNumber(string name, int otherwise, int least)
    {
        string given = Variable(name, otherwise.ToString());
        int number;
        if (!int.TryParse(given, out number) || number < least)
            throw new LrsException(
                "LEARNING_RECORDS_" + name + " is '" + given + "', which is not a whole number from " + least + " on.");
        return number;
    }
}
