package example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A service that is slow at first: it computes each price once, and knows it from then on. */
public final class PriceService {
  private static final int MILLIS_EACH = 2;

  private final Map<String, String> prices = new ConcurrentHashMap<>();
  private final AtomicInteger computed = new AtomicInteger();

  private PriceService() {}

  /** Serves on the port of the first argument. */
  public static void main(String[] arguments) throws IOException {
    PriceService service = new PriceService();
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port = Integer.parseInt(arguments[0]);
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback, port), 0);
    server.createContext("/price/", service::price);
    server.createContext("/computed", service::computed);
    server.start();
  }

  private void price(HttpExchange exchange) throws IOException {
    String article = exchange.getRequestURI().getPath();
    if (exchange.getRequestMethod().equals("POST")) {
      prices.put(article, new String(exchange.getRequestBody().readAllBytes()));
    }
    answer(exchange, prices.computeIfAbsent(article, this::compute));
  }

  private void computed(HttpExchange exchange) throws IOException {
    answer(exchange, computed.toString());
  }

  private String compute(String article) {
    try {
      Thread.sleep(MILLIS_EACH);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    computed.incrementAndGet();
    return Integer.toString(Math.floorMod(article.hashCode(), 1000));
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes();
    try (exchange) {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
