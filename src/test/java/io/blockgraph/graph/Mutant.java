package io.blockgraph.graph;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// One class of the package with one line broken on purpose: its source is read, changed, compiled
/// in memory, and loaded together with a fresh copy of the whole package, so that the judge can be
/// run on it.
///
/// @param type the simple name of the class
/// @param original the text that must be in its source exactly once, however the lines are broken
/// @param broken what stands there instead
record Mutant(String type, String original, String broken) {
  private static final String PACKAGE = "io.blockgraph.graph";

  /// An objection of the judge to this package with the mutant in it; empty when it notices
  /// nothing.
  static Optional<String> noticed() {
    return new JudgedPlans(2)
        .disagreement(upToThree(SmallGraphs::bareOfNodes))
        .or(() -> new JudgedPlans(3).disagreement(upToThree(SmallGraphs::bareOfNodes)))
        .or(() -> new JudgedPlans(3).disagreement(upToThree(SmallGraphs::ofNodes)));
  }

  private static Stream<List<GraphEdit>> upToThree(IntFunction<Stream<List<GraphEdit>>> graphs) {
    return IntStream.rangeClosed(1, 3).mapToObj(graphs).flatMap(all -> all);
  }

  /// Lets the judge look at the mutant.
  Optional<?> judged() throws ReflectiveOperationException {
    Class<?> mutated = new Loader(compiled()).loadClass(PACKAGE + ".Mutant");
    try {
      Method noticed = mutated.getDeclaredMethod("noticed");
      noticed.setAccessible(true);
      return (Optional<?>) noticed.invoke(null);
    } catch (InvocationTargetException e) {
      return Optional.of(String.valueOf(e.getCause()));
    }
  }

  private String source() {
    try {
      String source =
          Files.readString(Path.of("src/main/java/io/blockgraph/graph", type + ".java"));
      Pattern anySpace = Pattern.compile(Pattern.quote(original).replace(" ", "\\E\\s+\\Q"));
      if (anySpace.matcher(source).results().count() != 1) {
        throw new IllegalStateException("not exactly once in " + type + ".java: " + original);
      }
      return anySpace.matcher(source).replaceFirst(Matcher.quoteReplacement(broken));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, byte[]> compiled() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Memory memory = new Memory(compiler.getStandardFileManager(null, null, null));
    List<String> flags =
        List.of("-proc:none", "-nowarn", "-classpath", System.getProperty("java.class.path"));
    boolean done =
        compiler
            .getTask(null, memory, _ -> {}, flags, null, List.of(new Text(type, source())))
            .call();
    if (!done) {
      throw new IllegalStateException("the mutant of " + type + " does not compile: " + broken);
    }
    return memory.written.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().toByteArray()));
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(String type, String text) {
      super(
          URI.create("mutant:///" + PACKAGE.replace('.', '/') + "/" + type + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Memory extends ForwardingJavaFileManager<StandardJavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    Memory(StandardJavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        JavaFileManager.Location location,
        String name,
        JavaFileObject.Kind kind,
        FileObject sibling) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      written.put(name, bytes);
      return new SimpleJavaFileObject(URI.create("mutant:///" + name + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }
  }

  /// Loads this package anew, tests and all, so that package-private access works; everything else
  /// as usual.
  private static final class Loader extends ClassLoader {
    private final Map<String, byte[]> mutated;

    Loader(Map<String, byte[]> mutated) {
      super(Mutant.class.getClassLoader());
      this.mutated = mutated;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(PACKAGE + ".")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = mutated.containsKey(name) ? mutated.get(name) : bytesOf(name);
      return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] bytesOf(String name) throws ClassNotFoundException {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
