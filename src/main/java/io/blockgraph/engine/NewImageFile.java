package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.HostFileDisk;
import io.blockgraph.driver.ImageFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/// An image that is made in a new file, by somebody who takes his time. Announced to the store
/// first, so that a crash leaves nothing half made. One thread; exactly one of [#keep] and
/// [#remove] in the end.
public final class NewImageFile {
  private final NewFiles files;
  private final Images.Request request;
  private final ImageFormat format;

  NewImageFile(NewFiles files, Images.Request request, ImageFormat format) {
    this.files = files;
    this.request = request;
    this.format = format;
  }

  /// Makes the file and writes the image into it, durably.
  ///
  /// @param through puts something between the format and the file
  /// @throws io.blockgraph.block.BlockException naming the file
  /// @throws GraphStore.StoreException when it cannot be announced
  public void make(UnaryOperator<BlockIo> through) {
    FileCreation creation =
        new FileCreation(
            request.path(),
            file -> format.create(through.apply(new HostFileDisk(file)), request.options()));
    files.make(
        Change.of("make image '" + request.path() + "'", List.of()).making(List.of(creation)));
  }

  /// The image stays.
  public void keep() {
    files.keep();
  }

  /// Takes everything back.
  public void remove() {
    files.remove();
  }
}
