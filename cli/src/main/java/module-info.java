/**
 * The {@code lanewise} command. Runs from the class path, where OpenBLAS' artefact must be; as a
 * module it exports nothing and opens itself to what fills in its options and templates.
 */
module dev.lanewise.cli {
  requires com.samskivert.jmustache;
  requires dev.lanewise.data;
  requires dev.lanewise.engine;
  requires info.picocli;
  requires io.prometheus.metrics.core;
  requires io.prometheus.writer.text;
  requires io.prometheus.metrics.model;
  requires java.desktop;
  requires java.logging;
  requires org.apache.commons.statistics.descriptive;
  requires org.apache.commons.statistics.distribution;
  requires org.apache.xmlgraphics.batik.svggen;
  requires org.eclipse.jetty.server;
  requires org.jfree.jfreechart;
  requires me.tongfei.progressbar;
  requires tools.jackson.databind;
  requires static org.jspecify;

  opens dev.lanewise.cli to
      info.picocli;
  opens dev.lanewise.cli.report to
      com.samskivert.jmustache;
  opens dev.lanewise.cli.serve to
      tools.jackson.databind;
}
