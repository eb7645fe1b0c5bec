// Finds a learner with WCF's BasicHttpBinding and transport security, which is what the policy of the WSDL over HTTPS
// makes of a .NET client, and prints the response code.
//
//   mono TransportSecurity.exe ADDRESS
//
// Identity.cs says whom to trust and who asks.

using System;
using System.IO;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Xml;

[ServiceContract]
interface IAnything
{
    [OperationContract(Action = "*", ReplyAction = "*")]
    Message Ask(Message request);
}

static class TransportSecurity
{
    const string Request =
        "<f:FindLearnerByULN xmlns:f='http://api.lrs.miap.gov.uk/findmsg'><FindType>FUL</FindType>"
        + "<UKPRN>TEST0001</UKPRN><OrgPassword>CompatSitePass01</OrgPassword><UserName>wcf</UserName>"
        + "<ULN>4170265830</ULN><FamilyName>Okafor</FamilyName><GivenName>Grace</GivenName></f:FindLearnerByULN>";

    static void Main(string[] arguments)
    {
        Identity.TrustOwnAuthority();
        var binding = new BasicHttpBinding(BasicHttpSecurityMode.Transport);
        binding.Security.Transport.ClientCredentialType = HttpClientCredentialType.Certificate;
        var address = new EndpointAddress(arguments[0] + "/LearnerService.svc");
        var factory = new ChannelFactory<IAnything>(binding, address);
        factory.Credentials.ClientCertificate.Certificate = Identity.Certificate();
        XmlReader body = XmlReader.Create(new StringReader(Request));
        Message answer = factory.CreateChannel().Ask(Message.CreateMessage(MessageVersion.Soap11, "", body));
        XmlReader reader = answer.GetReaderAtBodyContents();
        reader.ReadToFollowing("ResponseCode");
        Console.WriteLine("ResponseCode=" + reader.ReadElementContentAsString());
    }
}
