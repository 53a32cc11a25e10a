package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import java.util.ArrayList;
import java.util.List;

/**
 * What an experiment has to show besides its figures and curves.
 *
 * @param galleries images, in the order to show them
 * @param grids tables to be coloured by their values
 * @param marks places on the charts of {@link Series}
 */
public record Pictures(List<Gallery> galleries, List<Grid> grids, List<Mark> marks) {

  /** Nothing. */
  public static final Pictures NONE = new Pictures(List.of(), List.of(), List.of());

  /** Copies the lists. */
  public Pictures {
    galleries = List.copyOf(galleries);
    grids = List.copyOf(grids);
    marks = List.copyOf(marks);
  }

  /**
   * Images that belong together.
   *
   * @param title what they are
   * @param perRow how many to show beside each other, so that rows mean something; 0 for as many as
   *     fit
   * @param images in the order to show them
   */
  public record Gallery(String title, int perRow, List<Image> images) {

    /** Copies the list. */
    public Gallery {
      images = List.copyOf(images);
    }
  }

  /**
   * A square grey image.
   *
   * @param label what it shows, a few words
   * @param side pixels along an edge
   * @param pixels side * side of them, row-major, 0..255, black to white; neither copied nor to be
   *     changed
   */
  @SuppressWarnings("ArrayRecordComponent") // shown, never compared
  public record Image(String label, int side, byte[] pixels) {

    /** One image of a set. */
    static Image of(ImageSet set, int row, String label) {
      byte[] pixels = new byte[set.images().columns()];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) set.images().get(row, i);
      }
      return new Image(label, set.side(), pixels);
    }
  }

  /**
   * A table to be coloured by its values.
   *
   * @param title what it is
   * @param rowTitle what its rows are
   * @param columnTitle what its columns are
   * @param value what its cells hold, with the unit
   * @param rows their names
   * @param columns their names
   * @param values a list for each row
   * @param decimals digits after the point to show
   */
  public record Grid(
      String title,
      String rowTitle,
      String columnTitle,
      String value,
      List<String> rows,
      List<String> columns,
      List<List<Double>> values,
      int decimals) {

    /** Copies the lists. */
    public Grid {
      rows = List.copyOf(rows);
      columns = List.copyOf(columns);
      values = values.stream().map(List::copyOf).toList();
    }
  }

  /**
   * A place on the x axis of a chart that a reader should find.
   *
   * @param chart the chart's name, as its {@link Series} give it
   * @param label what is there, a few words
   * @param x where
   */
  public record Mark(String chart, String label, double x) {}

  /** The first images of every class, class after class. */
  static Gallery samples(String title, ImageSet set, int ofEach) {
    List<Image> images = new ArrayList<>();
    for (int label = 0; label < set.classes().size(); label++) {
      int found = 0;
      for (int row = 0; row < set.size() && found < ofEach; row++) {
        if (set.labels()[row] == label) {
          images.add(Image.of(set, row, set.classes().get(label)));
          found++;
        }
      }
    }
    return new Gallery(title, 0, images);
  }

  /** How often each class was taken for each. */
  static Grid confusion(String title, List<String> classes, int[] truth, int[] predictions) {
    double[][] counts = new double[classes.size()][classes.size()];
    for (int i = 0; i < truth.length; i++) {
      counts[truth[i]][predictions[i]]++;
    }
    List<List<Double>> values = new ArrayList<>();
    for (double[] row : counts) {
      values.add(java.util.Arrays.stream(row).boxed().toList());
    }
    return new Grid(title, "label", "prediction", "images", classes, classes, values, 0);
  }
}
