import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads all score changes of one purpose, from the beginning to the end, and counts them: per grant and opening the
 * numbers are 1, 2, 3 …, so each came exactly once. subscribe.py shows how to store them and resume after a crash.
 *
 * The topic keeps each change for 7 days, and after that only the latest one of each grant. So a grant may begin at a later
 * number, and numbers may be missing after a change that is older than that. Elsewhere a number that is missing is a loss.
 *
 *     java -cp "kafka/libs/*" Subscribe.java [lending|tenancy|utilities]
 */
public class Subscribe {
    public static void main(String[] arguments) throws Exception {
        String purpose = arguments.length > 0 ? arguments[0] : "lending";
        String topic = System.getenv().getOrDefault("PLAINSCORE_PREFIX", "") + "score-changes." + purpose;
        Properties settings = new Properties();
        settings.put("bootstrap.servers", System.getenv().getOrDefault("PLAINSCORE_BOOTSTRAP", "localhost:9092"));
        settings.put("isolation.level", "read_committed"); // the default shows what was never committed
        settings.put("enable.auto.commit", "false");

        ObjectMapper json = new ObjectMapper();
        Map<String, Long> last = new HashMap<>(); // by grant and opening
        Map<String, Long> stamps = new HashMap<>(); // of these
        long keptSince = System.currentTimeMillis() - Duration.ofDays(7).toMillis();
        long count = 0;
        long late = 0;
        long faults = 0;
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<PartitionInfo> found = consumer.partitionsFor(topic);
            if (found == null || found.isEmpty()) {
                System.err.println(topic + " does not exist: look at PLAINSCORE_PREFIX and the purpose");
                System.exit(1);
            }
            List<TopicPartition> partitions = found.stream()
                .map(partition -> new TopicPartition(topic, partition.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions); // of what is committed
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                    JsonNode change = json.readTree(record.value());
                    String opening = change.get("grantId").asText() + " " + change.get("opening");
                    long number = change.get("number").asLong();
                    long due = last.getOrDefault(opening, 0L) + 1;
                    boolean mayBeThinned = number > due && stamps.getOrDefault(opening, 0L) < keptSince;
                    if (due == 1 && number > 1) late++;
                    if (number != due && !mayBeThinned) {
                        System.out.println("number " + number + " where " + due + " is due: " + opening);
                        faults++;
                    }
                    last.put(opening, number);
                    stamps.put(opening, record.timestamp());
                    count++;
                }
            }
        }
        System.out.println(count + " changes of " + last.size() + " openings, " + faults + " out of order");
        if (late > 0) {
            System.out.println(late + " of these openings begin at a later number: the topic kept only the latest change of "
                + "that time");
        }
        System.exit(faults == 0 ? 0 : 1);
    }
}
