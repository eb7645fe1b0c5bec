// Tests of FindOrRegister.java, each with a Learning Records Service of its own. They run the program as its users do.
// With JUnit 5 (Debian: junit5), in a folder with the compiled program (its first lines say how) and these two sources:
//
//   export CLASSPATH=.:/usr/share/java/jaxws-rt.jar
//   javac -cp /usr/share/java/junit-jupiter-api.jar:/usr/share/java/apiguardian-api.jar Lrs.java FindOrRegisterTest.java
//   java -jar /usr/share/java/junit-platform-console-standalone.jar -cp "$CLASSPATH" -c FindOrRegisterTest

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Lrs.class)
class FindOrRegisterTest {
    private static final String[] ASTRID = {"Fairbairn", "Astrid", "2006-05-04", "2", "TR1 2PQ"};

    @Test
    void aLearnerWhoIsHeldIsFound(Lrs.World lrs) throws Exception {
        String added = lrs.post("/learners", "{\"FamilyName\": \"Lovelace\", \"GivenName\": \"Ada\", "
                + "\"DateOfBirth\": \"2005-12-10\", \"Gender\": \"2\", \"LastKnownPostCode\": \"ZZ99 9ZZ\"}");
        String uln = Lrs.texts(added, "ulns").get(0);
        Run run = run(lrs, "Lovelace", "Ada", uln);
        assertEquals("WSRC0004\n" + uln + " Ada Lovelace 2005-12-10 ZZ99 9ZZ\n", run.output);
    }

    @Test
    void aNameThatIsSimilarIsSaidToBe(Lrs.World lrs) throws Exception {
        assertTrue(run(lrs, "Okafer", "Grace", "4170265830").output.startsWith("WSRC0003\n"));
        String exchange = lrs.get("/exchanges?operation=learnerByULN");
        assertEquals(List.of("names: given EQUAL, family SIMILAR"), Lrs.texts(exchange, "said"));
    }

    @Test
    void outOfHoursTheProgramSaysToComeAgain(Lrs.World lrs) throws Exception {
        lrs.patch("/policy", "{\"service_hours\": [\"Mon-Fri 08:00-20:00\"]}");
        lrs.put("/clock", "{\"set\": \"2026-03-10T20:00\"}");
        assertEquals(2, run(lrs, ASTRID).status);

        lrs.put("/clock", "{\"advance\": \"PT12H\"}");
        assertTrue(run(lrs, ASTRID).output.startsWith("WSRC0005\n"));
    }

    private static Run run(Lrs.World lrs, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("java", "FindOrRegister"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(Map.of(
                "LEARNING_RECORDS_ADDRESS", lrs.url, "LEARNING_RECORDS_TIMEOUT", "60", "LEARNING_RECORDS_RETRIES", "1"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes());
        return new Run(process.waitFor(), output);
    }

    private record Run(int status, String output) {}
}
