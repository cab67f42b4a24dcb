package io.blockgraph.driver.http;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/// A body that nobody asked for: it is not received, however long it is.
final class NoBody implements BodySubscriber<byte[]> {
  @Override
  public CompletionStage<byte[]> getBody() {
    return CompletableFuture.completedFuture(new byte[0]);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.cancel();
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    // It came before the cancellation did.
  }

  @Override
  public void onError(Throwable throwable) {
    // Nobody waits for more.
  }

  @Override
  public void onComplete() {
    // There was none.
  }
}
