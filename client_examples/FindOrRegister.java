// Find a learner by ULN or register a new one, in Java. With JDK 17 and JAX-WS (Debian: jaxws), while the service runs:
//
//   java -cp /usr/share/java/jaxws-tools.jar com.sun.tools.ws.WsImport -Xnocompile \
//       'http://127.0.0.1:8080/LearnerService.svc?singleWsdl'
//   javac -cp /usr/share/java/jaxws-tools.jar $(find org uk -name '*.java') FindOrRegister.java
//   java -cp .:/usr/share/java/jaxws-rt.jar FindOrRegister ADDRESS FAMILY_NAME GIVEN_NAME ULN
//   java -cp … FindOrRegister ADDRESS FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE
//
// ADDRESS is the service's, such as http://127.0.0.1:8080. The program prints the response code, and each learner found
// or the new ULN. For HTTPS, give the JVM -Djavax.net.ssl.keyStore, keyStorePassword, trustStore and trustStorePassword.

import java.net.URL;
import java.util.List;
import java.util.Set;
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
import uk.gov.miap.lrs.api.findmsg.LearnerByULNRqst;
import uk.gov.miap.lrs.api.learner.Learner;
import uk.gov.miap.lrs.api.learner.LearnerToRegister;
import uk.gov.miap.lrs.api.regmsg.RegisterSingleLearnerResp;
import uk.gov.miap.lrs.api.regmsg.RegisterSingleLearnerRqst;

class FindOrRegister {
    private static final String UKPRN = "TEST0001", PASSWORD = "CompatSitePass01", USER = "example";

    public static void main(String[] arguments) throws Exception {
        URL wsdl = new URL(arguments[0] + "/LearnerService.svc?singleWsdl");
        LearnerPortType service = new LearnerServiceProxy(wsdl).getBasicHttpBindingLearnerPortType();
        FaultDetail fault = new FaultDetail();
        ((BindingProvider) service).getBinding().setHandlerChain(List.<Handler>of(fault));
        try {
            if (arguments.length == 4) {
                find(service, arguments);
            } else {
                register(service, arguments);
            }
        } catch (Exception exception) {
            if (fault.text == null) {
                throw exception;
            }
            System.err.println(fault.text);
            System.exit(1);
        }
    }

    private static void find(LearnerPortType service, String[] arguments) throws Exception {
        LearnerByULNRqst request = new LearnerByULNRqst();
        request.setFindType("FUL");
        request.setUKPRN(UKPRN);
        request.setOrgPassword(PASSWORD);
        request.setUserName(USER);
        request.setFamilyName(arguments[1]);
        request.setGivenName(arguments[2]);
        request.setULN(arguments[3]);
        FindLearnerResp answer = service.learnerByULN(request);
        System.out.println(answer.getResponseCode());
        for (Learner learner : answer.getLearner()) {
            System.out.println(String.join(" ", learner.getULN(), learner.getGivenName(), learner.getFamilyName(),
                    learner.getDateOfBirth(), learner.getLastKnownPostCode()));
        }
    }

    private static void register(LearnerPortType service, String[] arguments) throws Exception {
        LearnerToRegister learner = new LearnerToRegister();
        learner.setFamilyName(arguments[1]);
        learner.setGivenName(arguments[2]);
        learner.setDateOfBirth(arguments[3]);
        learner.setGender(arguments[4]);
        learner.setLastKnownPostCode(arguments[5]);
        learner.setVerificationType("1"); // the learner's relationship with the school
        learner.setAbilityToShare("1"); // the learner has seen the privacy notice
        RegisterSingleLearnerRqst request = new RegisterSingleLearnerRqst();
        request.setUKPRN(UKPRN);
        request.setOrgPassword(PASSWORD);
        request.setUserName(USER);
        request.setLearner(learner);
        RegisterSingleLearnerResp answer = service.registerSingleLearner(request);
        System.out.println(answer.getResponseCode());
        if (answer.getULN() != null) {
            System.out.println(answer.getULN());
        }
    }

    // Reads a fault from the message itself, in any namespace. The fields of the typed exception are null, because the
    // service sends them without a namespace, which is not what its WSDL says.
    private static class FaultDetail implements SOAPHandler<SOAPMessageContext> {
        String text;

        @Override
        public boolean handleFault(SOAPMessageContext context) {
            try {
                SOAPBody body = context.getMessage().getSOAPBody();
                if (body.getFault().getDetail() != null) {
                    Element detail = body.getFault().getDetail();
                    text = String.join(": ", field(detail, "ErrorCode"), field(detail, "Description"),
                            field(detail, "FurtherDetails"));
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
