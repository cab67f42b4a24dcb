package io.blockgraph.mutants;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// One class of the service with one thing broken on purpose: its source is changed and compiled in
/// memory, and loaded together with a fresh copy of everything around it.
///
/// @param type the class, as a path below `io/blockgraph`
/// @param original the text that must be in its source exactly once, however the lines are broken
/// @param broken what stands there instead
public record BrokenClass(String type, String original, String broken) {
  /// What the static method `noticed` of `observer` says among the broken classes.
  ///
  /// @param scope what is loaded anew: all classes whose names begin so
  /// @throws InvocationTargetException what the method has thrown
  public Optional<?> noticed(Class<?> observer, String scope) throws InvocationTargetException {
    try {
      Class<?> among = new Loader(scope, compiled()).loadClass(observer.getName());
      Method noticed = among.getDeclaredMethod("noticed");
      noticed.setAccessible(true);
      return (Optional<?>) noticed.invoke(null);
    } catch (ReflectiveOperationException e) {
      if (e instanceof InvocationTargetException thrown) {
        throw thrown;
      }
      throw new IllegalStateException("cannot ask " + observer, e);
    }
  }

  private String source() {
    try {
      String source = Files.readString(Path.of("src/main/java/io/blockgraph", type + ".java"));
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
    Text text = new Text(type, source());
    if (!compiler.getTask(null, memory, _ -> {}, flags, null, List.of(text)).call()) {
      throw new IllegalStateException("broken " + type + " does not compile: " + broken);
    }
    return memory.written.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().toByteArray()));
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(String type, String text) {
      super(URI.create("broken:///io/blockgraph/" + type + ".java"), Kind.SOURCE);
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
      return new SimpleJavaFileObject(URI.create("broken:///" + name + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }
  }

  /// Loads what is in scope anew, tests and all, so that package-private access works; everything
  /// else as usual.
  private static final class Loader extends ClassLoader {
    private final String scope;
    private final Map<String, byte[]> changed;

    Loader(String scope, Map<String, byte[]> changed) {
      super(BrokenClass.class.getClassLoader());
      this.scope = scope;
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(scope)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        byte[] bytes = changed.containsKey(name) ? changed.get(name) : bytesOf(name);
        return defineClass(name, bytes, 0, bytes.length);
      }
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
