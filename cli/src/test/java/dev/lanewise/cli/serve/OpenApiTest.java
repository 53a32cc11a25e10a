package dev.lanewise.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The OpenAPI file is one, and what the server says is what the file says it says. */
class OpenApiTest {

  @TempDir private Path folder;

  /** Checks values against the schema of a name, whose references lead into the same file. */
  private static List<String> complaints(JsonNode document, String name, String value) {
    ObjectNode schema = TestServer.MAPPER.createObjectNode();
    schema.put("$ref", "#/components/schemas/" + name);
    schema.set("components", document.path("components"));
    Schema compiled =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
    List<String> complaints = new ArrayList<>();
    compiled
        .validate(TestServer.MAPPER.readTree(value))
        .forEach(error -> complaints.add(error.toString()));
    return complaints;
  }

  @Test
  void theServerSaysWhatItsDescriptionPromises() throws IOException, InterruptedException {
    try (TestServer server = TestServer.ready(folder)) {
      HttpResponse<String> file = server.get("/openapi.yaml");
      assertThat(file.headers().firstValue("Content-Type")).hasValue("application/yaml");
      SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(file.body());
      assertThat(parsed.getMessages()).isEmpty();
      assertThat(parsed.getOpenAPI().getPaths().keySet())
          .containsExactlyInAnyOrder(
              "/v1/classify", "/v1/neighbors", "/v1/models", "/healthz", "/metrics");
      JsonNode document = new YAMLMapper().readTree(file.body());

      String question = TestServer.question(28, TestServer.one(28), ", \"k\": 7");
      String thorough =
          TestServer.question(
              60, TestServer.one(60), ", \"k\": 3, \"metric\": \"l1\", \"pixels\": true");
      for (String asked : List.of(question, thorough)) {
        assertThat(complaints(document, "Question", asked)).isEmpty();
        HttpResponse<String> classified = server.post("/v1/classify", asked);
        assertThat(classified.statusCode()).as(classified.body()).isEqualTo(200);
        assertThat(complaints(document, "Classification", classified.body())).isEmpty();
        HttpResponse<String> neighbors = server.post("/v1/neighbors", asked);
        assertThat(neighbors.statusCode()).isEqualTo(200);
        assertThat(complaints(document, "Neighbors", neighbors.body())).isEmpty();
      }
      assertThat(complaints(document, "Models", server.get("/v1/models").body())).isEmpty();
      assertThat(complaints(document, "Health", server.get("/healthz").body())).isEmpty();
      assertThat(complaints(document, "Problem", server.get("/v2").body())).isEmpty();
      assertThat(complaints(document, "Problem", server.post("/v1/classify", "{").body()))
          .isEmpty();

      // The checks can fail.
      assertThat(complaints(document, "Question", "{\"images\": []}")).isNotEmpty();
      assertThat(complaints(document, "Health", "{\"status\": \"ok\"}")).isNotEmpty();
      assertThat(complaints(document, "Models", server.get("/healthz").body())).isNotEmpty();

      JsonNode said = TestServer.json(server.get("/v1/models")).path("limits");
      JsonNode schemas = document.path("components").path("schemas");
      JsonNode promised = schemas.path("Question").path("properties");
      assertThat(said.path("k").asInt()).isEqualTo(promised.path("k").path("maximum").asInt());
      assertThat(said.path("images").asInt())
          .isEqualTo(promised.path("images").path("maxItems").asInt());
      assertThat(said.path("side").asInt())
          .isEqualTo(schemas.path("Image").path("properties").path("side").path("maximum").asInt());
    }
  }
}
