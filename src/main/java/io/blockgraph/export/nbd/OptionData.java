package io.blockgraph.export.nbd;

import io.blockgraph.nbd.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What stands in the data of an option, taken apart with distrust.
sealed interface OptionData {
  /// INFO and GO.
  ///
  /// @param export the name as given; may be empty
  /// @param infos the numbers of what the client wants to know
  record InfoRequest(String export, List<Integer> infos) implements OptionData {}

  /// LIST_META_CONTEXT and SET_META_CONTEXT.
  record MetaRequest(String export, List<String> queries) implements OptionData {}

  /// The data is more than we are willing to look at.
  record TooBig(String why) implements OptionData {}

  /// The data contradicts the protocol.
  record Malformed(String why) implements OptionData {}

  /// The data of INFO or GO.
  static OptionData infoRequest(ByteBuffer data) {
    try {
      String export = name(data);
      int count = Short.toUnsignedInt(take(data, Short.BYTES).getShort());
      if (data.remaining() != 2 * count) {
        return new Malformed("the number of information requests does not fit the length");
      }
      List<Integer> infos = new ArrayList<>(count);
      while (data.hasRemaining()) {
        infos.add(Short.toUnsignedInt(data.getShort()));
      }
      return new InfoRequest(export, infos);
    } catch (MalformedOption e) {
      return new Malformed(e.why);
    }
  }

  /// The data of a meta context option with at most `mostQueries` queries.
  static OptionData metaRequest(ByteBuffer data, int mostQueries) {
    try {
      String export = name(data);
      long count = Integer.toUnsignedLong(take(data, Integer.BYTES).getInt());
      if (count > mostQueries) {
        return new TooBig("more than " + mostQueries + " queries");
      }
      List<String> queries = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        queries.add(query(data));
      }
      return data.hasRemaining()
          ? new Malformed("there are bytes behind the last query")
          : new MetaRequest(export, queries);
    } catch (MalformedOption e) {
      return new Malformed(e.why);
    }
  }

  /// The text of all of `bytes`.
  ///
  /// @throws MalformedOption when it is too long, not UTF-8, or has a NUL in it
  static String text(ByteBuffer bytes) throws MalformedOption {
    if (bytes.remaining() > Wire.STRING_BYTES) {
      throw new MalformedOption("a string is longer than " + Wire.STRING_BYTES + " bytes");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      if (text.indexOf('\0') >= 0) {
        throw new MalformedOption("a string has a NUL in it");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new MalformedOption("a string is not UTF-8");
    }
  }

  private static String query(ByteBuffer data) throws MalformedOption {
    String query = name(data);
    if (query.indexOf(':') < 0) {
      throw new MalformedOption("a query has no namespace");
    }
    return query;
  }

  private static String name(ByteBuffer data) throws MalformedOption {
    long bytes = Integer.toUnsignedLong(take(data, Integer.BYTES).getInt());
    if (bytes > data.remaining()) {
      throw new MalformedOption("a string is longer than the option");
    }
    return text(take(data, (int) bytes));
  }

  private static ByteBuffer take(ByteBuffer data, int bytes) throws MalformedOption {
    if (data.remaining() < bytes) {
      throw new MalformedOption("the option ends too early");
    }
    ByteBuffer taken = data.slice(data.position(), bytes);
    data.position(data.position() + bytes);
    return taken;
  }

  /// The data contradicts the protocol; turned into [Malformed] here, or the end of the connection
  /// for EXPORT_NAME.
  final class MalformedOption extends Exception {
    private static final long serialVersionUID = 1L;
    private final String why;

    MalformedOption(String why) {
      super(why);
      this.why = why;
    }
  }
}
