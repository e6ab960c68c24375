#!/usr/bin/env bash
# fabric8's kubernetes-client 7.5.2 (Maven Central): one `create()` can make several objects.
#
# A create is sent again whenever the answer is a 5xx, with or without Retry-After, up to ten times by default, whatever the request was. A 504 behind a gateway,
# or a 500 of an API server whose etcd answered late, comes after the object was stored: with `generateName` each try makes one more, and the caller, who is given the
# last answer, knows of none of the others. client-go repeats a request on a 5xx only where the answer has a Retry-After.
#
# Seen:
#   tries on 504 then 504 then 201: 3 POST, objects stored: 3, create() returned job-3
#
# Valid input: https://kubernetes.io/docs/reference/using-api/api-concepts/#generated-names, on retries
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>look</groupId><artifactId>look</artifactId><version>1</version>
  <dependencies><dependency><groupId>io.fabric8</groupId><artifactId>kubernetes-client</artifactId><version>7.5.2</version></dependency></dependencies>
</project>
POM
mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars > mvn.log 2>&1 || { cat mvn.log; exit 1; }

cat > Look.java <<'LOOK'
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

class Look {
  public static void main(String[] args) throws Exception {
    var stored = new AtomicInteger();
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      int number = exchange.getRequestMethod().equals("POST") ? stored.incrementAndGet() : 0;
      boolean late = number < 3;
      var body = (late
          ? "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Timeout\",\"code\":504}"
          : "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"job-" + number + "\",\"namespace\":\"default\"}}").getBytes();
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(late ? 504 : 201, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    var config = new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort()).build();
    try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
      var made = client.configMaps().inNamespace("default")
          .resource(new ConfigMapBuilder().withNewMetadata().withGenerateName("job-").endMetadata().build()).create();
      System.out.println("tries on 504 then 504 then 201: " + stored.get() + " POST, objects stored: " + stored.get()
          + ", create() returned " + made.getMetadata().getName());
    }
    server.stop(0);
    System.exit(0);
  }
}
LOOK

java -cp 'jars/*' Look.java 2> err | tee seen || { cat err; exit 1; }
diff - seen <<'SEEN'
tries on 504 then 504 then 201: 3 POST, objects stored: 3, create() returned job-3
SEEN
