// As much of JSON as is read and written here: text without control characters, lists, objects, null.

import java.io.IOException;
import java.io.StreamTokenizer;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

class Json {
    static Object read(String text) throws IOException {
        StreamTokenizer tokens = new StreamTokenizer(new StringReader(text));
        tokens.resetSyntax();
        tokens.whitespaceChars(' ', ' ');
        tokens.wordChars('a', 'z');
        tokens.quoteChar('"');
        return read(tokens);
    }

    private static Object read(StreamTokenizer tokens) throws IOException {
        switch (tokens.nextToken()) {
            case '[':
                List<Object> items = new ArrayList<>();
                for (int token = tokens.nextToken(); token != ']'; token = tokens.nextToken()) {
                    if (token != ',') {
                        tokens.pushBack();
                    }
                    items.add(read(tokens));
                }
                return items;
            case '{':
                Map<String, Object> values = new LinkedHashMap<>();
                for (int token = tokens.nextToken(); token != '}'; token = tokens.nextToken()) {
                    if (token == ',') {
                        tokens.nextToken();
                    }
                    String name = tokens.sval;
                    tokens.nextToken(); // the colon
                    values.put(name, read(tokens));
                }
                return values;
            default:
                return tokens.ttype == '"' ? tokens.sval : null;
        }
    }

    static String write(Object value) {
        if (value instanceof List<?> items) {
            return items.stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
        }
        if (value instanceof Map<?, ?> values) {
            return values.entrySet().stream().map(each -> write(each.getKey()) + ":" + write(each.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof String text) {
            return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }
        return "null";
    }
}
