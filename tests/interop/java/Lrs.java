// Asks an LRS endpoint with the proxies of JAX-WS's wsimport and prints what they make of the answer, a fact a line.
//
//   java Lrs ADDRESS operations LearnerService|LearnerServiceR9
//   java Lrs ADDRESS find PASSWORD ULN FAMILY_NAME GIVEN_NAME
//   java Lrs ADDRESS register PASSWORD FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH
//   java Lrs ADDRESS misdirect
//
// For HTTPS, the JVM's own javax.net.ssl.trustStore and keyStore say whom to trust and who asks.

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.List;
import java.util.Map;
import javax.jws.WebMethod;
import javax.xml.bind.JAXBElement;
import javax.xml.bind.annotation.XmlElement;
import javax.xml.namespace.QName;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.soap.SOAPFaultException;
import org.tempuri.ILearnerServiceR9;
import org.tempuri.LearnerPortType;
import org.tempuri.LearnerPortTypeLearnerByULNMIAPAPIExceptionFaultFaultMessage;
import org.tempuri.LearnerServiceProxy;
import org.tempuri.LearnerServiceR9Proxy;
import uk.gov.miap.lrs.api.exceptions.MIAPAPIException;
import uk.gov.miap.lrs.api.findmsg.LearnerByULNRqst;
import uk.gov.miap.lrs.api.learner.ArrayOfString;
import uk.gov.miap.lrs.api.learner.LearnerToRegister;
import uk.gov.miap.lrs.api.regmsg.RegisterSingleLearnerRqst;
import uk.gov.qcf.lrs.api.model.UserType;

class Lrs {
    public static void main(String[] arguments) throws Exception {
        String address = arguments[0];
        try {
            switch (arguments[1]) {
                case "operations" -> showOperations(arguments[2]);
                case "find" -> find(address, arguments[2], arguments[3], arguments[4], arguments[5]);
                case "register" -> register(address, arguments[2], arguments[3], arguments[4], arguments[5]);
                case "misdirect" -> misdirect(address);
            }
        } catch (LearnerPortTypeLearnerByULNMIAPAPIExceptionFaultFaultMessage fault) {
            show("faultstring", fault.getMessage());
            MIAPAPIException exception = fault.getFaultInfo();
            show("ErrorCode", exception.getErrorCode());
            show("ErrorActor", exception.getErrorActor());
            show("Description", exception.getDescription());
            show("FurtherDetails", exception.getFurtherDetails());
            show("ErrorTimestamp", exception.getErrorTimestamp());
        } catch (SOAPFaultException fault) {
            show("faultcode", fault.getFault().getFaultCode());
            show("faultstring", fault.getFault().getFaultString());
        }
    }

    private static void showOperations(String service) {
        Class<?> port = service.equals("LearnerService") ? LearnerPortType.class : ILearnerServiceR9.class;
        for (Method method : port.getMethods()) {
            WebMethod operation = method.getAnnotation(WebMethod.class);
            show("operation", operation.operationName().isEmpty() ? method.getName() : operation.operationName());
        }
    }

    private static void find(String address, String password, String uln, String familyName, String givenName)
            throws Exception {
        LearnerByULNRqst request = new LearnerByULNRqst();
        request.setFindType("FUL");
        request.setUKPRN("TEST0001");
        request.setOrgPassword(password);
        request.setUserName("java");
        request.setULN(uln);
        request.setFamilyName(familyName);
        request.setGivenName(givenName);
        showAll(learnerService(address).learnerByULN(request));
    }

    private static void register(
            String address, String password, String familyName, String givenName, String dateOfBirth)
            throws Exception {
        LearnerToRegister learner = new LearnerToRegister();
        learner.setFamilyName(familyName);
        learner.setGivenName(givenName);
        learner.setDateOfBirth(dateOfBirth);
        learner.setGender("2");
        learner.setLastKnownPostCode("LS1 4AP");
        learner.setVerificationType("1");
        learner.setAbilityToShare("1");
        RegisterSingleLearnerRqst request = new RegisterSingleLearnerRqst();
        request.setUKPRN("TEST0001");
        request.setOrgPassword(password);
        request.setUserName("java");
        request.setLearner(learner);
        showAll(learnerService(address).registerSingleLearner(request));
    }

    private static void misdirect(String address) throws Exception {
        URL wsdl = new URL(address + "/LearnerServiceR9.svc?singleWsdl");
        ILearnerServiceR9 r9 = new LearnerServiceR9Proxy(wsdl).getBasicHttpBindingILearnerServiceR9();
        Map<String, Object> context = ((BindingProvider) r9).getRequestContext();
        context.put(BindingProvider.SOAPACTION_USE_PROPERTY, true);
        context.put(BindingProvider.SOAPACTION_URI_PROPERTY, "http://tempuri.org/ILearnerServiceR9/ViewAudit");
        r9.getOrganisation(null, UserType.ORG, 1, "ENG", "TEST0001", null);
    }

    private static LearnerPortType learnerService(String address) throws Exception {
        URL wsdl = new URL(address + "/LearnerService.svc?singleWsdl");
        return new LearnerServiceProxy(wsdl).getBasicHttpBindingLearnerPortType();
    }

    private static void showAll(Object facts) throws Exception {
        for (Field field : facts.getClass().getDeclaredFields()) {
            field.setAccessible(true);
            Object value = field.get(facts);
            if (value instanceof List<?> learners) {
                for (Object learner : learners) {
                    System.out.println("Learner:");
                    showAll(learner);
                }
            } else if (value instanceof ArrayOfString ulns) {
                show("LinkedULNs", String.join(" ", ulns.getULN()));
            } else {
                show(field.getAnnotation(XmlElement.class).name(), value);
            }
        }
    }

    private static void show(String name, Object value) {
        Object plain = value instanceof JAXBElement<?> element ? element.getValue() : value;
        if (plain != null) {
            System.out.println(name + "=" + plain);
        }
    }
}
