// Whom a client trusts and who it is, by the environment: TLS_CA is the authority's certificate, TLS_CERTIFICATE the
// client's as PKCS#12, TLS_PASSWORD its password.

using System;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

static class Identity
{
    // The machine's store of authorities is left alone: the one that is named is trusted by this program only.
    public static void TrustOwnAuthority()
    {
        string file = Environment.GetEnvironmentVariable("TLS_CA");
        if (file == null)
            return;
        var authority = new X509Certificate2(file);
        // All that may be wrong with the chain is that the machine does not know where it ends.
        ServicePointManager.ServerCertificateValidationCallback = (sender, certificate, chain, errors) =>
            errors == SslPolicyErrors.RemoteCertificateChainErrors
            && chain.ChainStatus.All(each => each.Status == X509ChainStatusFlags.UntrustedRoot)
            && chain.ChainElements.Cast<X509ChainElement>().Last().Certificate.Thumbprint == authority.Thumbprint;
    }

    // Null where there is none.
    public static X509Certificate2 Certificate()
    {
        string file = Environment.GetEnvironmentVariable("TLS_CERTIFICATE");
        return file == null ? null : new X509Certificate2(file, Environment.GetEnvironmentVariable("TLS_PASSWORD"));
    }
}
