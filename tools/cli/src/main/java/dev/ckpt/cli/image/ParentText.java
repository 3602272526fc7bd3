package dev.ckpt.cli.image;

import dev.ckpt.cli.text.JsonObject;
import dev.ckpt.cli.text.Units;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.FoldedPages;
import dev.ckpt.format.ImageChain;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.ParentSource;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import java.io.IOException;
import java.util.Optional;

/**
 * What an image builds on, if it does. One whose parent is not at hand can be shown too, without
 * the pages that are there.
 */
final class ParentText implements AutoCloseable {
  private final ImageState state;
  private final Optional<ImageChain> chain;
  private final Optional<String> problem;

  private ParentText(ImageState state, Optional<ImageChain> chain, Optional<String> problem) {
    this.state = state;
    this.chain = chain;
    this.problem = problem;
  }

  /** Opens what an image builds on. */
  // What is opened here belongs to what is returned.
  @SuppressWarnings("MustBeClosedChecker")
  static ParentText of(ImageState state, ParentSource source) throws IOException {
    try {
      return new ParentText(state, Optional.of(ImageChain.open(state, source)), Optional.empty());
    } catch (CkptException e) {
      if (e.code() != FailureCode.PARENT_MISSING && e.code() != FailureCode.PARENT_OTHER) {
        throw e;
      }
      return new ParentText(state, Optional.empty(), Optional.of(e.getMessage()));
    }
  }

  /** The image's pages with those that are in its parents. */
  PageStream fold(PageStream image) {
    return chain.isPresent() ? new FoldedPages(image, chain.get()) : image;
  }

  /** For people; nothing if it stands on its own. */
  Optional<String> line() {
    return state.all(ParentImage.class).stream().findFirst().map(this::line);
  }

  private String line(ParentImage parent) {
    return ImageSummary.text(parent.path())
        + (chain.isPresent() && chain.get().length() > 1
            ? " and " + Units.count(chain.get().length() - 1, "more image")
            : "")
        + ", for "
        + Units.pages(nrPages())
        + (problem.isPresent() ? "; it is not there, so these do not count below" : "");
  }

  private long nrPages() {
    return state.all(ParentPages.class).stream().mapToLong(ParentPages::nrPages).sum();
  }

  /** For scripts; nothing if it stands on its own. */
  Optional<JsonObject> json() throws IOException {
    Optional<ParentImage> parent = state.all(ParentImage.class).stream().findFirst();
    if (parent.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new JsonObject()
            .put("path", parent.get().path().toString())
            .put("uuid", state.header().parentUuid().toString())
            .put("found", chain.isPresent())
            .put("images", chain.map(ImageChain::length).orElse(0))
            .put("pages", nrPages()));
  }

  @Override
  public void close() throws IOException {
    if (chain.isPresent()) {
      chain.get().close();
    }
  }
}
