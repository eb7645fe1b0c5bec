// Find a learner by ULN or register a new one, in Java. With JDK 17 and JAX-WS (Debian: jaxws), while the service runs:
//
//   java -cp /usr/share/java/jaxws-tools.jar com.sun.tools.ws.WsImport -Xnocompile \
//       'http://127.0.0.1:8080/LearnerService.svc?singleWsdl'
//   javac -cp /usr/share/java/jaxws-tools.jar $(find org uk -name '*.java') FindOrRegister.java
//   java -cp .:/usr/share/java/jaxws-rt.jar FindOrRegister FAMILY_NAME GIVEN_NAME ULN
//   java -cp … FindOrRegister FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE
//
// The environment says which service to call and who calls it: see README.md. The program prints the response code, and
// each learner found or the new ULN.

import com.sun.xml.ws.client.ClientTransportException;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URL;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.namespace.QName;
import javax.xml.soap.SOAPBody;
import javax.xml.soap.SOAPException;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.WebServiceException;
import javax.xml.ws.handler.Handler;
import javax.xml.ws.handler.MessageContext;
import javax.xml.ws.handler.soap.SOAPHandler;
import javax.xml.ws.handler.soap.SOAPMessageContext;
import org.tempuri.LearnerPortType;
import org.tempuri.LearnerServiceProxy;
import org.w3c.dom.Element;
import uk.gov.miap.lrs.api.findmsg.FindLearnerResp;
import uk.gov.miap.lrs.api.findmsg.LearnerByDemographicsRqst;
import uk.gov.miap.lrs.api.findmsg.LearnerByULNRqst;
import uk.gov.miap.lrs.api.learner.Learner;
import uk.gov.miap.lrs.api.learner.LearnerToRegister;
import uk.gov.miap.lrs.api.regmsg.RegisterSingleLearnerResp;
import uk.gov.miap.lrs.api.regmsg.RegisterSingleLearnerRqst;

class FindOrRegister {
    private static final String ADDRESS = variable("ADDRESS", "http://127.0.0.1:8080").replaceFirst("/+$", "");
    private static final String UKPRN = variable("UKPRN", "TEST0001");
    private static final String PASSWORD = variable("PASSWORD", "CompatSitePass01");
    private static final String USER = variable("USER", "example");

    private static final Set<String> REGISTERED_ALREADY = Set.of("WSRC0004", "WSRC0022");
    private static final String OUT_OF_HOURS = "WSEC0004";
    private static final int MAINTENANCE_STATUS = 405;
    private static final long LONGEST_PAUSE = 30;
    private static final Logger SOAP_LOG = Logger.getLogger("javax.xml.soap");

    // What the service answered with a fault, if the last call did.
    private final FaultDetail fault = new FaultDetail();
    private final int retries = wholeNumber("RETRIES", 3, 0);
    private LearnerPortType service;

    public static void main(String[] arguments) throws Exception {
        try {
            if (arguments.length != 3 && arguments.length != 5) {
                throw new LrsException(
                        "Give FAMILY_NAME GIVEN_NAME ULN, or FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE.", 1);
            }
            FindOrRegister program = new FindOrRegister();
            program.open();
            if (arguments.length == 3) {
                show(program.findByUln(arguments));
            } else {
                program.register(arguments);
            }
        } catch (LrsException error) {
            System.err.println(error.getMessage());
            System.exit(error.status);
        }
    }

    private void open() throws Exception {
        // JAX-WS as Debian has it warns at each start of how it is packaged.
        SOAP_LOG.setLevel(Level.SEVERE);
        // For the WSDL and for calls alike.
        String milliseconds = String.valueOf(1000L * wholeNumber("TIMEOUT", 30, 1));
        System.setProperty("sun.net.client.defaultConnectTimeout", milliseconds);
        System.setProperty("sun.net.client.defaultReadTimeout", milliseconds);
        // Otherwise the JVM sends a POST again by itself if the connection breaks, a registration too.
        System.setProperty("sun.net.http.retryPost", "false");
        HttpsURLConnection.setDefaultSSLSocketFactory(tls().getSocketFactory());
        URL wsdl = new URL(ADDRESS + "/LearnerService.svc?singleWsdl");
        service = read(() -> new LearnerServiceProxy(wsdl).getBasicHttpBindingLearnerPortType());
        BindingProvider provider = (BindingProvider) service;
        provider.getBinding().setHandlerChain(List.<Handler>of(fault));
        provider.getRequestContext()
                .put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, ADDRESS + "/LearnerService.svc");
    }

    private FindLearnerResp findByUln(String[] arguments) throws Exception {
        LearnerByULNRqst request = new LearnerByULNRqst();
        request.setFindType("FUL");
        request.setUKPRN(UKPRN);
        request.setOrgPassword(PASSWORD);
        request.setUserName(USER);
        request.setFamilyName(arguments[0]);
        request.setGivenName(arguments[1]);
        request.setULN(arguments[2]);
        return read(() -> service.learnerByULN(request));
    }

    private FindLearnerResp findByDemographics(LearnerToRegister learner) throws Exception {
        LearnerByDemographicsRqst request = new LearnerByDemographicsRqst();
        request.setFindType("FUL");
        request.setUKPRN(UKPRN);
        request.setOrgPassword(PASSWORD);
        request.setUserName(USER);
        request.setFamilyName(learner.getFamilyName());
        request.setGivenName(learner.getGivenName());
        request.setDateOfBirth(learner.getDateOfBirth());
        request.setGender(learner.getGender());
        request.setLastKnownPostCode(learner.getLastKnownPostCode());
        return read(() -> service.learnerByDemographics(request));
    }

    // Nobody is registered twice: if the answer is lost, the learner is looked for before the registration is sent again.
    private void register(String[] arguments) throws Exception {
        LearnerToRegister learner = new LearnerToRegister();
        learner.setFamilyName(arguments[0]);
        learner.setGivenName(arguments[1]);
        learner.setDateOfBirth(arguments[2]);
        learner.setGender(arguments[3]);
        learner.setLastKnownPostCode(arguments[4]);
        learner.setVerificationType("1"); // the learner's relationship with the school
        learner.setAbilityToShare("1"); // the learner has seen the privacy notice
        RegisterSingleLearnerRqst request = new RegisterSingleLearnerRqst();
        request.setUKPRN(UKPRN);
        request.setOrgPassword(PASSWORD);
        request.setUserName(USER);
        request.setLearner(learner);
        for (int left = retries; ; --left) {
            try {
                RegisterSingleLearnerResp answer = sendOnce(() -> service.registerSingleLearner(request));
                System.out.println(answer.getResponseCode());
                if (answer.getULN() != null) {
                    System.out.println(answer.getULN());
                }
                return;
            } catch (NoAnswerException lost) {
                FindLearnerResp found = findByDemographics(learner);
                if (REGISTERED_ALREADY.contains(found.getResponseCode())) {
                    show(found);
                    return;
                }
                if (left == 0) {
                    throw lost;
                }
            }
        }
    }

    private static void show(FindLearnerResp answer) {
        System.out.println(answer.getResponseCode());
        for (Learner learner : answer.getLearner()) {
            System.out.println(String.join(" ", learner.getULN(), learner.getGivenName(), learner.getFamilyName(),
                    learner.getDateOfBirth(), learner.getLastKnownPostCode()));
        }
    }

    // The answer to a request that changes nothing. If no answer comes, the request is sent again.
    private <T> T read(Callable<T> call) throws Exception {
        for (int number = 0; number < retries; ++number) {
            try {
                return sendOnce(call);
            } catch (NoAnswerException lost) {
                Thread.sleep(1000 * Math.min(1L << number, LONGEST_PAUSE));
            }
        }
        return sendOnce(call);
    }

    // The answer to a request, which is sent once. Every failure is an LrsException.
    private <T> T sendOnce(Callable<T> call) throws Exception {
        fault.text = null;
        try {
            return call.call();
        } catch (Exception error) {
            if (OUT_OF_HOURS.equals(fault.code)) {
                throw new LrsException("WSEC0004: the service is closed at this hour. Run the program again later.", 2);
            }
            if (fault.text != null) {
                throw new LrsException(fault.text, 1);
            }
            if (error instanceof ClientTransportException && httpStatus() == MAINTENANCE_STATUS) {
                throw new LrsException("The service is closed for maintenance. Run the program again later.", 2);
            }
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                if (cause instanceof SSLException) {
                    throw new LrsException(ADDRESS + " and this program do not trust each other: "
                            + "LEARNING_RECORDS_CERTIFICATE or LEARNING_RECORDS_AUTHORITY is not right.", 1);
                }
            }
            if (error instanceof WebServiceException) {
                throw new NoAnswerException("No answer from " + ADDRESS + ".");
            }
            throw error;
        }
    }

    private int httpStatus() {
        Object status = ((BindingProvider) service).getResponseContext().get(MessageContext.HTTP_RESPONSE_CODE);
        return status instanceof Integer ? (Integer) status : 0;
    }

    // Who this program is, and whom it trusts beside those that the JVM trusts: nobody else if an authority is given.
    private static SSLContext tls() throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        String certificate = variable("CERTIFICATE", "");
        char[] password = variable("CERTIFICATE_PASSWORD", "").toCharArray();
        keys.init(certificate.isEmpty() ? null : KeyStore.getInstance(new File(certificate), password), password);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        String authority = variable("AUTHORITY", "");
        trusted.init(authority.isEmpty() ? null : storeOf(authority));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private static KeyStore storeOf(String authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream file = new FileInputStream(authority)) {
            store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        return store;
    }

    private static String variable(String name, String otherwise) {
        String given = System.getenv("LEARNING_RECORDS_" + name);
        return given == null || given.isEmpty() ? otherwise : given;
    }

    private static int wholeNumber(String name, int otherwise, int least) {
        String given = variable(name, String.valueOf(otherwise));
        if (!given.matches("[0-9]{1,9}") || Integer.parseInt(given) < least) {
            throw new LrsException("LEARNING_RECORDS_" + name + " is '" + given
                    + "', which is not a whole number from " + least + " on.", 1);
        }
        return Integer.parseInt(given);
    }

    // A call that did not come to an answer of its operation. The message says why, to a person.
    private static class LrsException extends RuntimeException {
        final int status;

        LrsException(String message, int status) {
            super(message);
            this.status = status;
        }
    }

    // No answer has come. If something was sent, nobody knows whether the service has done it.
    private static class NoAnswerException extends LrsException {
        NoAnswerException(String message) {
            super(message, 2);
        }
    }

    // Reads a fault from the message itself, in any namespace. The fields of the typed exception are null, because the
    // service sends them without a namespace, which is not what its WSDL says.
    private static class FaultDetail implements SOAPHandler<SOAPMessageContext> {
        String code, text;

        @Override
        public boolean handleFault(SOAPMessageContext context) {
            try {
                SOAPBody body = context.getMessage().getSOAPBody();
                if (body.getFault().getDetail() != null) {
                    Element detail = body.getFault().getDetail();
                    code = field(detail, "ErrorCode");
                    text = Stream.of(code, field(detail, "Description"), field(detail, "FurtherDetails"))
                        .filter(words -> !words.isEmpty())
                        .collect(Collectors.joining(": "));
                } else {
                    text = body.getFault().getFaultCode() + ": " + body.getFault().getFaultString();
                }
            } catch (SOAPException exception) {
                throw new WebServiceException(exception);
            }
            return true;
        }

        private static String field(Element detail, String name) {
            return detail.getElementsByTagNameNS("*", name).item(0).getTextContent();
        }

        @Override
        public boolean handleMessage(SOAPMessageContext context) {
            return true;
        }

        @Override
        public void close(MessageContext context) {}

        @Override
        public Set<QName> getHeaders() {
            return Set.of();
        }
    }
}
