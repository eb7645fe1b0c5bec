// Objects of the proxies' types from JSON's values, and back: structures are maps by the contract's names.

import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.bind.JAXBElement;
import javax.xml.bind.annotation.XmlElement;
import javax.xml.bind.annotation.XmlElementRef;
import javax.xml.bind.annotation.XmlType;
import javax.xml.namespace.QName;

class Values {
    static Object made(Type type, Object value) throws Exception {
        if (value == null || type == String.class) {
            return value;
        }
        if (type == int.class) {
            return Integer.valueOf((String) value);
        }
        if (type == long.class) {
            return Long.valueOf((String) value);
        }
        if (type instanceof ParameterizedType list) {
            List<Object> made = new ArrayList<>();
            for (Object item : (List<?>) value) {
                made.add(made(list.getActualTypeArguments()[0], item));
            }
            return made;
        }
        if (((Class<?>) type).isEnum()) {
            return ((Class<?>) type).getMethod("fromValue", String.class).invoke(null, value);
        }
        Object made = ((Class<?>) type).getDeclaredConstructor().newInstance();
        for (Map.Entry<?, ?> each : ((Map<?, ?>) value).entrySet()) {
            set(made, (String) each.getKey(), each.getValue());
        }
        return made;
    }

    private static void set(Object structure, String name, Object value) throws Exception {
        Field field = fields(structure.getClass()).get(name);
        XmlElementRef reference = field.getAnnotation(XmlElementRef.class);
        if (reference == null) {
            field.set(structure, made(field.getGenericType(), value));
        } else {
            // How JAXB tells nil from missing.
            QName tag = new QName(reference.namespace(), reference.name());
            field.set(structure, new JAXBElement<>(tag, String.class, (String) value));
        }
    }

    static Object plain(Object value) throws Exception {
        if (value instanceof JAXBElement<?> element) {
            return plain(element.getValue());
        }
        if (value instanceof List<?> items) {
            List<Object> plain = new ArrayList<>();
            for (Object item : items) {
                plain.add(plain(item));
            }
            return plain;
        }
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        boolean structure = value != null && value.getClass().isAnnotationPresent(XmlType.class);
        return structure ? plainStructure(value) : value == null ? null : value.toString();
    }

    static Map<String, Object> plainStructure(Object value) throws Exception {
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Map.Entry<String, Field> each : fields(value.getClass()).entrySet()) {
            plain.put(each.getKey(), plain(each.getValue().get(value)));
        }
        return plain;
    }

    // The fields of a class and of those that it extends, by the names of their elements.
    private static Map<String, Field> fields(Class<?> type) {
        if (type == Object.class) {
            return new LinkedHashMap<>();
        }
        Map<String, Field> fields = fields(type.getSuperclass());
        for (Field field : type.getDeclaredFields()) {
            field.setAccessible(true);
            fields.put(nameOf(field), field);
        }
        return fields;
    }

    private static String nameOf(Field field) {
        if (field.isAnnotationPresent(XmlElementRef.class)) {
            return field.getAnnotation(XmlElementRef.class).name();
        }
        XmlElement element = field.getAnnotation(XmlElement.class);
        return element == null || element.name().equals("##default") ? field.getName() : element.name();
    }
}
