// A Learning Records Service for each test, in JUnit 5: copy this class along with your tests.
//
//   @ExtendWith(Lrs.class)
//   class MyTest {
//       @Test
//       void aLearnerIsFound(Lrs.World lrs) { … }
//   }
//
// One `lrs-soap serve` runs for all tests, on a port that the system chooses. Each test has a world of its own on it. If
// a test fails, what it has asked and why it was answered so is printed. -Dlrs-soap=… names the program, if it is not on
// the path.

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

class Lrs implements ParameterResolver, AfterTestExecutionCallback {
    private static final Namespace NAMESPACE = Namespace.create(Lrs.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == World.class;
    }

    @Override
    public World resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // What is kept for all tests, or for one, is closed after them.
        Server server = context.getRoot().getStore(NAMESPACE)
                .getOrComputeIfAbsent(Server.class, key -> new Server(), Server.class);
        return context.getStore(NAMESPACE).getOrComputeIfAbsent(World.class, key -> new World(server), World.class);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Optional.ofNullable(context.getStore(NAMESPACE).get(World.class, World.class))
                .filter(world -> context.getExecutionException().isPresent())
                .ifPresent(world -> System.err.println(context.getDisplayName() + ": " + world.get("/exchanges")));
    }

    /** A register with the starting data and a clock of its own. Bodies and answers are JSON: see docs/control.md. */
    static class World implements CloseableResource {
        /** The world's address: a client appends /LearnerService.svc. */
        final String url;

        private final Server server;
        private final String path;

        World(Server server) {
            String name = "junit-" + UUID.randomUUID().toString().substring(0, 8);
            this.server = server;
            server.ask("POST", "/_lrs/worlds", "{\"name\": \"" + name + "\"}");
            url = server.address + "/w/" + name;
            path = "/_lrs/worlds/" + name;
        }

        String get(String what) {
            return server.ask("GET", path + what, null);
        }

        String post(String what, String body) {
            return server.ask("POST", path + what, body);
        }

        String put(String what, String body) {
            return server.ask("PUT", path + what, body);
        }

        String patch(String what, String body) {
            return server.ask("PATCH", path + what, body);
        }

        @Override
        public void close() {
            server.ask("DELETE", path, null);
        }
    }

    /** Each text that a name has in an answer, in order; of a list, the first. */
    static List<String> texts(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\\s*\\[?\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        List<String> texts = new ArrayList<>();
        while (found.find()) {
            texts.add(found.group(1));
        }
        return texts;
    }

    private static class Server implements CloseableResource {
        final String address;

        private final HttpClient client = HttpClient.newHttpClient();
        private final Process process;

        Server() {
            try {
                Path folder = Files.createTempDirectory("lrs-soap");
                Path ready = folder.resolve("ready.json");
                String program = System.getProperty("lrs-soap", "lrs-soap");
                // It stops with this JVM, which holds the other end of its standard input.
                process = new ProcessBuilder(program, "serve", "--port", "0", "--until-stdin-ends",
                                "--ready-file", ready.toString(), "--log-level", "warning")
                        .directory(folder.toFile())
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                while (!Files.exists(ready)) {
                    if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                        throw new IllegalStateException("lrs-soap has not started: its last words are above.");
                    }
                }
                address = texts(Files.readString(ready), "address").get(0);
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
        }

        String ask(String method, String path, String body) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
            if (body == null) {
                request.method(method, HttpRequest.BodyPublishers.noBody());
            } else {
                request.method(method, HttpRequest.BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json");
            }
            try {
                HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() >= 400) {
                    throw new IllegalStateException(method + " " + path + ": " + answer.body());
                }
                return answer.body();
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }
}
