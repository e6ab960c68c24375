import com.google.gson.JsonParser;
import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.Exec;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.util.Watch;
import java.util.Map;

/** What the official Java client makes of a no and of a wait. */
final class OfficialAnswers {
  private OfficialAnswers() {}

  static void all(String namespace, String who) throws Exception {
    ApiClient client = Official.client();
    CoreV1Api core = new CoreV1Api(client);
    V1ConfigMap made = new V1ConfigMap().metadata(new V1ObjectMeta().name(who + "-new"));
    Answers.all(Map.of(
        "get", withBody(() -> core.readNamespacedService("closed", namespace).execute()),
        "watch", withBody(() -> watch(client, core, namespace)),
        "create", withBody(() -> core.createNamespacedConfigMap(namespace, made).execute()),
        "delete", withBody(() -> core.deleteNamespacedConfigMap(who + "-there", namespace).execute()),
        "exec", withBody(() -> exec(client, namespace))));
  }

  private static void watch(ApiClient client, CoreV1Api core, String namespace) throws Exception {
    var call = core.listNamespacedService(namespace).watch(true).timeoutSeconds(1).buildCall(null);
    try (Watch<V1Service> watch = Watch.createWatch(client, call, new TypeToken<Watch.Response<V1Service>>() {}.getType())) {
      for (var event : watch) if (event == null) return;
    }
  }

  private static void exec(ApiClient client, String namespace) throws Exception {
    Process process = new Exec(client).exec(namespace, "ticks", new String[] {"echo", "done"}, false, false);
    process.getInputStream().readAllBytes();
    int code = process.waitFor();
    if (code != 0) throw new IllegalStateException("waitFor returns " + code);
  }

  /** What the gateway says is in the body, which the exception's own message leaves out. */
  private static Answers.Ask withBody(Answers.Ask ask) {
    return () -> {
      try {
        ask.now();
      } catch (ApiException error) {
        throw error.getResponseBody() == null || error.getResponseBody().isEmpty() ? error : new Told(error);
      }
    };
  }

  private static final class Told extends Exception {
    Told(ApiException error) {
      super(error.getCode() + ", body: " + JsonParser.parseString(error.getResponseBody()).getAsJsonObject().get("message").getAsString());
    }
  }
}
