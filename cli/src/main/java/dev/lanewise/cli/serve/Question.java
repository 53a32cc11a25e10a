package dev.lanewise.cli.serve;

import dev.lanewise.data.MnistNormalizer;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.neighbors.Distance;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request, read and checked: whoever sent something else is told where and what.
 *
 * @param images n x 784, as the learners want them
 * @param k neighbours to find
 * @param distance by which
 * @param backend on which
 * @param pixels whether the neighbours' pixels are wanted too
 */
record Question(ByteMatrix images, int k, Distance distance, String backend, boolean pixels) {

  private static final int DEFAULT_K = 5;

  /** A request nests four deep: object, images, image, pixels. */
  private static final int DEPTH = 8;

  /** The longest number that means something here is 280. */
  private static final int NUMBER = 20;

  /** Names are short; a longer string is a mistake. */
  private static final int STRING = 200;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH)
                          .maxNumberLength(NUMBER)
                          .maxStringLength(STRING)
                          .maxNameLength(STRING)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Set<String> KEYS = Set.of("images", "k", "metric", "backend", "pixels");

  private static final Set<String> IMAGE_KEYS = Set.of("side", "pixels", "normalize");

  /**
   * Reads a request.
   *
   * @param rows of the training images: k may not be more
   * @throws Problem 400 if it is no JSON, 422 if it is JSON that asks for what cannot be
   */
  static Question read(byte[] body, Limits limits, List<String> backends, int rows) {
    JsonNode root = parse(body);
    object(root, "the request", KEYS);
    JsonNode images = root.path("images");
    if (!images.isArray() || images.isEmpty() || images.size() > limits.images()) {
      throw wrong("/images", "must be an array of 1 to " + limits.images() + " images");
    }
    ByteMatrix rowsOfPixels =
        ByteMatrix.zeros(images.size(), MnistNormalizer.SIDE * MnistNormalizer.SIDE);
    for (int i = 0; i < images.size(); i++) {
      rowsOfPixels.rows(i, i + 1).setAll(image(images.path(i), "/images/" + i, limits.side()));
    }
    int most = Math.min(limits.neighbors(), rows);
    return new Question(
        rowsOfPixels,
        root.has("k") ? integer(root.path("k"), "/k", 1, most) : Math.min(DEFAULT_K, most),
        Distance.valueOf(choice(root, "metric", List.of("l2", "l1")).toUpperCase(Locale.ROOT)),
        choice(root, "backend", backends),
        flag(root, "pixels", "", false));
  }

  private static JsonNode parse(byte[] body) {
    JsonNode root;
    try {
      root = MAPPER.readTree(body);
    } catch (JacksonException e) {
      throw new Problem(
          400,
          "the body is not JSON, or not of a size that makes sense here: "
              + e.getOriginalMessage().replaceAll("\\s*\\R\\s*", " ")
              + (e.getLocation() == null
                  ? ""
                  : " (line "
                      + e.getLocation().getLineNr()
                      + ", column "
                      + e.getLocation().getColumnNr()
                      + ")"));
    }
    if (root.isMissingNode()) {
      throw new Problem(400, "the body is empty");
    }
    return root;
  }

  private static ByteMatrix image(JsonNode image, String pointer, int mostSide) {
    object(image, pointer, IMAGE_KEYS);
    int side = integer(image.path("side"), pointer + "/side", 1, mostSide);
    JsonNode pixels = image.path("pixels");
    if (!pixels.isArray() || pixels.size() != side * side) {
      throw wrong(
          pointer + "/pixels",
          "must be an array of side * side = "
              + side * side
              + " numbers"
              + (pixels.isArray() ? ", not " + pixels.size() : ""));
    }
    byte[] values = new byte[side * side];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = pixels.path(i);
      if (!value.isInt() || value.intValue() < 0 || value.intValue() > 255) {
        integer(value, pointer + "/pixels/" + i, 0, 255);
      }
      values[i] = (byte) value.intValue();
    }
    ByteMatrix drawing = ByteMatrix.copyOf(values, 1, values.length);
    if (flag(image, "normalize", pointer, true)) {
      return MnistNormalizer.normalized(drawing, side);
    }
    if (side != MnistNormalizer.SIDE) {
      throw wrong(pointer + "/side", "must be 28 for an image that is not to be normalised");
    }
    return drawing;
  }

  private static void object(JsonNode node, String pointer, Set<String> keys) {
    if (!node.isObject()) {
      throw wrong(pointer, "must be a JSON object");
    }
    for (String key : node.propertyNames()) {
      if (!keys.contains(key)) {
        throw wrong(
            pointer,
            "has a key '"
                + key
                + "', which is none of "
                + keys.stream().sorted().collect(Collectors.joining(", ")));
      }
    }
  }

  private static int integer(JsonNode node, String pointer, int from, int to) {
    if (!node.isInt() || node.intValue() < from || node.intValue() > to) {
      throw wrong(pointer, "must be an integer in " + from + ".." + to);
    }
    return node.intValue();
  }

  private static boolean flag(JsonNode object, String key, String pointer, boolean otherwise) {
    if (!object.has(key)) {
      return otherwise;
    }
    JsonNode node = object.path(key);
    if (!node.isBoolean()) {
      throw wrong(pointer + "/" + key, "must be true or false");
    }
    return node.booleanValue();
  }

  /** One of several names; the first if none is given. */
  private static String choice(JsonNode object, String key, List<String> choices) {
    if (!object.has(key)) {
      return choices.getFirst();
    }
    JsonNode node = object.path(key);
    if (!node.isString() || !choices.contains(node.stringValue())) {
      throw wrong("/" + key, "must be one of " + String.join(", ", choices));
    }
    return node.stringValue();
  }

  private static Problem wrong(String pointer, String what) {
    return new Problem(422, pointer + " " + what);
  }
}
