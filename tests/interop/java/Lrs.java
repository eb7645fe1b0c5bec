// Asks LRS endpoints with the proxies of JAX-WS's wsimport and prints what they make of the answers, line by line as
// the class Program of client.py says.
//
// For HTTPS, the JVM's own javax.net.ssl.trustStore and keyStore say whom to trust and who asks.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.jws.WebMethod;
import javax.jws.WebParam;
import javax.jws.WebResult;
import javax.jws.soap.SOAPBinding;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.WebFault;
import javax.xml.ws.soap.SOAPFaultException;
import org.tempuri.ILearnerServiceR9;
import org.tempuri.LearnerPortType;
import org.tempuri.LearnerServiceProxy;
import org.tempuri.LearnerServiceR9Proxy;

class Lrs {
    private static final Map<String, Object> ports = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            System.out.println(Json.write(said((List<?>) Json.read(line))));
        }
    }

    private static Object said(List<?> question) throws Exception {
        String address = (String) question.get(0), service = (String) question.get(1);
        Class<?> type = service.equals("LearnerService") ? LearnerPortType.class : ILearnerServiceR9.class;
        if (question.get(2) == null) {
            return Map.of("operations", Arrays.stream(type.getMethods()).map(Lrs::nameOf).toList());
        }
        Object port = port(address, service);
        Map<String, Object> context = ((BindingProvider) port).getRequestContext();
        context.put(BindingProvider.SOAPACTION_USE_PROPERTY, question.get(3) != null);
        context.put(BindingProvider.SOAPACTION_URI_PROPERTY, question.get(3));
        Method method = Arrays.stream(type.getMethods())
                .filter(each -> nameOf(each).equals(question.get(2))).findFirst().orElseThrow();
        return answer(port, method, (Map<?, ?>) question.get(4));
    }

    private static Object port(String address, String service) throws Exception {
        String url = address + "/" + service + ".svc?singleWsdl";
        if (!ports.containsKey(url)) {
            ports.put(url, service.equals("LearnerService")
                    ? new LearnerServiceProxy(new URL(url)).getBasicHttpBindingLearnerPortType()
                    : new LearnerServiceR9Proxy(new URL(url)).getBasicHttpBindingILearnerServiceR9());
        }
        return ports.get(url);
    }

    private static String nameOf(Method method) {
        String name = method.getAnnotation(WebMethod.class).operationName();
        return name.isEmpty() ? method.getName() : name;
    }

    private static Object answer(Object port, Method method, Map<?, ?> request) throws Exception {
        boolean bare = method.getDeclaringClass().isAnnotationPresent(SOAPBinding.class);
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; ++i) {
            Parameter parameter = method.getParameters()[i];
            Object value = bare ? request : request.get(parameter.getAnnotation(WebParam.class).name());
            arguments[i] = Values.made(parameter.getParameterizedType(), value);
        }
        try {
            Object answer = Values.plain(method.invoke(port, arguments));
            String name = method.getAnnotation(WebResult.class).name();
            return Map.of("answer", bare ? answer : Collections.singletonMap(name, answer));
        } catch (InvocationTargetException exception) {
            return Map.of("fault", fields(exception));
        }
    }

    private static Map<String, Object> fields(InvocationTargetException exception) throws Exception {
        Map<String, Object> fields = new HashMap<>();
        Throwable fault = exception.getCause();
        if (fault instanceof SOAPFaultException untyped) {
            fields.put("faultcode", untyped.getFault().getFaultCode());
            fields.put("faultstring", untyped.getFault().getFaultString());
        } else if (fault.getClass().isAnnotationPresent(WebFault.class)) {
            // Each operation has an exception of its own, all of them alike.
            fields.put("faultstring", fault.getMessage());
            fields.putAll(Values.plainStructure(fault.getClass().getMethod("getFaultInfo").invoke(fault)));
        } else {
            throw exception;
        }
        return fields;
    }
}
