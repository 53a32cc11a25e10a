/** Data: readers for foreign formats, data sets embedded, local and fetched, splits and sizes. */
module dev.lanewise.data {
  requires transitive dev.lanewise.engine;
  requires commons.math3;
  requires java.net.http;
  requires static org.jspecify;

  exports dev.lanewise.data;
  exports dev.lanewise.data.fetch;
  exports dev.lanewise.data.format;
  exports dev.lanewise.data.random;
}
