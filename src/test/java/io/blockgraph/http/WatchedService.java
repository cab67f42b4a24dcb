package io.blockgraph.http;

import io.blockgraph.app.BlockgraphApplication;
import java.io.IOException;
import java.io.OutputStream;

/// The service in a process of its own, as [ServiceProcess] starts it: it is gone as soon as the
/// process that started it is, however that ended, because its standard input ends then.
final class WatchedService {
  private WatchedService() {}

  public static void main(String[] arguments) {
    Thread.ofPlatform().daemon().name("watch").start(WatchedService::endWithTheStarter);
    BlockgraphApplication.main(arguments);
  }

  private static void endWithTheStarter() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println("standard input: " + e);
    }
    Runtime.getRuntime().halt(1);
  }
}
