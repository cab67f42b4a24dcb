package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that are not there, not ours, or not what they are said to be.
class BadImagesOverHttpTest {
  private static final long MIB = 1 << 20;
  private static final String CANARY = "canary-5d1c0a77";

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private Answer refusesFile(String path, int status, String code) {
    return refusing.of(
        status,
        code,
        () ->
            service.post(
                "/nodes",
                "{'nodeName':'x1','driver':'raw','file':{'driver':'file','filename':'%s'}}"
                    .formatted(path)));
  }

  private Path image() {
    Path image = service.image(Service.fresh("bad") + ".qcow2");
    QemuImg.create(image, MIB, Map.of());
    return image;
  }

  private static void poke(Path image, long offset, int... bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(offset);
      for (int b : bytes) {
        file.write(b);
      }
    }
  }

  private Answer refusesImage(Path image, String more, int status, String code) {
    Answer answer =
        refusing.of(
            List.of(image),
            status,
            code,
            () ->
                service.post(
                    "/nodes",
                    "{'nodeName':'x1','driver':'qcow2','file':{'driver':'file','filename':'%s'}%s}"
                        .formatted(image.getFileName(), more)));
    assertThat(answer.body().toString()).doesNotContain(CANARY);
    return answer;
  }

  @Test
  void saysWhichFileIsMissing() {
    Answer answer = refusesFile("nothing-here.img", 404, "IMAGE_NOT_FOUND");
    assertThat(answer.text("detail")).contains("nothing-here.img");
    refusing.of(
        404,
        "IMAGE_NOT_FOUND",
        () -> service.get("/images/info?filename=nothing.qcow2&driver=qcow2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "../secret",
        "a/../../secret",
        "/proc/self/environ",
        "..",
        "./../x"
      })
  void refusesAPathThatLeavesTheImageRoots(String path) {
    refusesFile(path, 403, "FORBIDDEN_PATH");
    refusing.of(
        403,
        "FORBIDDEN_PATH",
        () ->
            service.post(
                "/images", "{'driver':'qcow2','filename':'%s','size':512}".formatted(path)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\\u0000b"})
  void refusesAPathThatIsNone(String path) {
    refusesFile(path, 400, "INVALID_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "json:{}",
        "nbd://localhost:1",
        "file:x",
        "fat:rw:.",
        "http://x/",
        "-x",
        "a%2f..%2fb"
      })
  void readsNoProtocolOutOfAFileName(String path) {
    refusesFile(path, 404, "IMAGE_NOT_FOUND");
  }

  @Test
  void followsNoSymbolicLink() throws IOException {
    Path secret = Files.writeString(service.images().resolveSibling("secret.txt"), CANARY);
    String link = Service.fresh("link");
    Files.createSymbolicLink(service.image(link), secret);
    Answer answer = refusesFile(link, 403, "FORBIDDEN_PATH");
    assertThat(answer.body().toString()).doesNotContain(CANARY);
  }

  @Test
  void opensNoDirectoryAndNoPipe() throws Exception {
    String folder = Service.fresh("folder");
    Files.createDirectory(service.image(folder));
    refusesFile(folder, 400, "INVALID_PARAMETER");
    String pipe = Service.fresh("pipe");
    assertThat(new ProcessBuilder("mkfifo", service.image(pipe).toString()).start().waitFor())
        .isZero();
    refusesFile(pipe, 400, "INVALID_PARAMETER");
  }

  @Test
  void refusesAnImageThatIsCutOff() throws IOException {
    Path image = image();
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(40);
    }
    Answer answer = refusesImage(image, "", 422, "IMAGE_FORMAT_ERROR");
    assertThat(answer.text("node")).isEqualTo("x1");
  }

  @Test
  void refusesAnImageOfAnotherFormat() throws IOException {
    Path image = image();
    poke(image, 0, 'Q', 'E', 'D', 0);
    refusesImage(image, "", 422, "IMAGE_FORMAT_ERROR");
  }

  @Test
  void refusesAnImageWithAnAbsurdTable() throws IOException {
    Path image = image();
    poke(image, 36, 0x7f, 0xff, 0xff, 0xff);
    Answer answer = refusesImage(image, "", 422, "IMAGE_FORMAT_ERROR");
    assertThat(answer.text("detail")).contains("2147483647");
  }

  @Test
  void refusesAnImageWithAnUnknownIncompatibleFeature() throws IOException {
    Path image = image();
    poke(image, 72, 0x00, 0x00, 0x01);
    refusesImage(image, "", 422, "IMAGE_FORMAT_ERROR");
  }

  @Test
  void refusesAnImageThatNamesABackingFileUnlessTheCallerDecides() {
    Path secret = service.images().resolveSibling("backing-secret.txt");
    Path image = service.image(Service.fresh("bad") + ".qcow2");
    writeSecret(secret);
    QemuImg.run(
            "create",
            "-f",
            "qcow2",
            "-u",
            "-b",
            secret.toString(),
            "-F",
            "raw",
            image.toString(),
            "1M")
        .ok();
    Answer answer = refusesImage(image, "", 400, "INVALID_PARAMETER");
    assertThat(answer.text("detail")).contains("'backing'");
    String name = Service.fresh("told");
    service.added(
        "{'nodeName':'%s','driver':'qcow2','backing':null,'file':{'driver':'file','filename':'%s'}}"
            .formatted(name, image.getFileName()));
    assertThat(service.data(name, 0, 512)).containsOnly((byte) 0);
  }

  private static void writeSecret(Path secret) {
    try {
      Files.writeString(secret, CANARY.repeat(100));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void keepsARawDiskRawWhateverAGuestWritesIntoIt() throws IOException {
    String raw = Service.fresh("raw");
    Files.write(service.image(raw), new byte[(int) MIB]);
    String node =
        service.added(
            "{'nodeName':'%s','driver':'raw','file':{'driver':'file','filename':'%s'}}"
                .formatted(Service.fresh("node"), raw));
    service.putData(node, 0, Files.readAllBytes(image())).expect(200);
    service.post("/nodes/" + node + "/resize", "{'size':2097152}").expect(200);
    assertThat(service.get("/nodes/" + node).text("driver")).isEqualTo("raw");
    assertThat(service.data(node, 0, 3)).isEqualTo(new byte[] {'Q', 'F', 'I'});
  }

  @Test
  void refusesToOverwriteAFile() {
    Path image = image();
    refusing.of(
        List.of(image),
        409,
        "IMAGE_EXISTS",
        () ->
            service.post(
                "/images",
                "{'driver':'qcow2','filename':'%s','size':512}".formatted(image.getFileName())));
  }

  @Test
  void refusesAnImageSomebodyElseHolds() {
    String node = service.qcow2(MIB);
    Answer answer =
        refusing.of(
            409,
            "IMAGE_LOCKED",
            () ->
                service.post(
                    "/nodes",
                    "{'nodeName':'x1','driver':'qcow2','file':{'driver':'file','filename':'%s'}}"
                        .formatted(node + ".qcow2")));
    assertThat(answer.text("detail")).contains(node + ".qcow2");
  }

  @Test
  void refusesImagesThatCannotBe() {
    refusing.of(
        422,
        "NO_IMAGE_FORMAT",
        () -> service.post("/images", "{'driver':'quorum','filename':'q.img'}"));
    Answer odd =
        refusing.of(
            400,
            "INVALID_PARAMETER",
            () ->
                service.post(
                    "/images",
                    "{'driver':'qcow2','filename':'q.img','size':1048576,'clusterSize':1000}"));
    assertThat(odd.text("detail")).contains("'clusterSize'");
    refusing.of(
        400, "INVALID_REQUEST", () -> service.post("/images", "{'driver':'qcow2','size':512}"));
    refusing.of(
        400, "UNKNOWN_DRIVER", () -> service.post("/images", "{'driver':'qed','filename':'a'}"));
    refusing.of(
        422,
        "OPERATION_UNSUPPORTED",
        () -> service.post("/images", "{'driver':'vmdk','filename':'a'}"));
  }
}
