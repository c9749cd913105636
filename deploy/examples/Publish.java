import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes events to Plainscore: one JSON object a line in, one Kafka record each out.
 *
 *     java -cp "kafka/libs/*" Publish.java events.ndjson
 */
public class Publish {
    /** The body of an event says on which topic it belongs (schemas/plainscore/v1/event.proto). */
    private static final Map<String, String> TOPICS = Map.of(
        "repayment", "payments", "bill", "bills", "statement", "accounts", "cashFlow", "accounts",
        "cash_flow", "accounts", "rental", "rentals", "consent", "consents", "erasure", "consents",
        "correction", "consents", "dispute", "consents");

    public static void main(String[] arguments) throws Exception {
        String prefix = System.getenv().getOrDefault("PLAINSCORE_PREFIX", "");
        Properties settings = new Properties();
        settings.put("bootstrap.servers", System.getenv().getOrDefault("PLAINSCORE_BOOTSTRAP", "localhost:9092"));
        settings.put("enable.idempotence", "true"); // a retry never writes twice
        settings.put("acks", "all");

        ObjectMapper json = new ObjectMapper();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        String fault = null;
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            int number = 0;
            for (String line : Files.readAllLines(Path.of(arguments[0]))) {
                number++;
                if (number == 1 && line.startsWith("\uFEFF")) line = line.substring(1); // a byte order mark
                if (line.isBlank()) continue;
                try {
                    sent.add(producer.send(recordOf(prefix, json.readTree(line), line)));
                } catch (JsonProcessingException | IllegalArgumentException error) {
                    fault = "line " + number + ": " + error.getMessage() + ". All before it is delivered: mend it, then "
                        + "publish again from line " + number;
                    break;
                }
            }
            for (var record : sent) record.get(); // throws where one could not be delivered
        }
        System.out.println(sent.size() + " events delivered");
        if (fault != null) {
            System.err.println(fault);
            System.exit(1);
        }
    }

    private static ProducerRecord<String, String> recordOf(String prefix, JsonNode event, String line) {
        String topic = null;
        for (var members = event.fieldNames(); members.hasNext() && topic == null; ) {
            topic = TOPICS.get(members.next());
        }
        if (topic == null) throw new IllegalArgumentException("it has no body of an event, such as \"repayment\": {…}");
        if (!event.path("person").isTextual()) throw new IllegalArgumentException("it has no person");
        // The key is the person's reference, and decides the partition.
        return new ProducerRecord<>(prefix + topic, event.get("person").asText(), line);
    }
}
