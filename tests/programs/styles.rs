//! Parameters of every style, as they go over the wire; the expected values are those of the specification's tables,
//! with the members of objects sorted by their names.

use mini_styles::Client;
use mini_styles::types::{Color, QueriesRetrieveFilter as Filter, QueriesRetrieveFilterCreatedAt as CreatedAt};

use crate::support::{NO_CONTENT, Server};

const LIST: [&str; 3] = ["blue", "black", "brown"];

fn color() -> Color {
    Color::builder().r(100).g(200).b(150).build()
}

async fn start() -> (Server, Client) {
    let server = Server::start([NO_CONTENT]).await;
    let client = Client::builder().base_url(&server.url).no_proxy().build().unwrap();
    (server, client)
}

/// The target of the request line.
fn target(server: &Server) -> String {
    let line = server.one().line;
    line.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn paths() {
    let (server, client) = start().await;
    client.simple().retrieve("blue", LIST, color(), LIST, color()).send().await.unwrap();
    let expected = "/simple/blue/blue,black,brown/B,150,G,200,R,100/blue,black,brown/B=150,G=200,R=100";
    assert_eq!(target(&server), expected);

    client.label().retrieve("blue", LIST, color(), LIST, color()).send().await.unwrap();
    let expected = "/label/.blue/.blue,black,brown/.B,150,G,200,R,100/.blue.black.brown/.B=150.G=200.R=100";
    assert_eq!(target(&server), expected);

    client.matrix().retrieve("blue", LIST, color(), LIST, color()).send().await.unwrap();
    let expected = "/matrix/;color=blue/;list=blue,black,brown/;object=B,150,G,200,R,100\
        /;list_exploded=blue;list_exploded=black;list_exploded=brown/;B=150;G=200;R=100";
    assert_eq!(target(&server), expected);
}

/// The query of a request, with the brackets of names unescaped for the eye.
fn query(server: &Server) -> String {
    let target = target(server);
    let query = target.strip_prefix("/queries/%7B%22R%22%3A1%7D").expect("the path holds JSON");
    query.strip_prefix('?').unwrap_or_default().replace("%5B", "[").replace("%5D", "]")
}

#[tokio::test]
async fn queries() {
    let (server, client) = start().await;
    let request = || client.queries().retrieve(Color::builder().r(1).build());
    let cases = [
        (request().form_text("blue"), "form_text=blue"),
        (request().form_text("a/b?c&d=e f"), "form_text=a%2Fb%3Fc%26d%3De%20f"),
        (request().form_text(""), ""),
        (request().form_empty(""), "form_empty="),
        (request().form_list(LIST), "form_list=blue&form_list=black&form_list=brown"),
        (request().form_object(color()), "B=150&G=200&R=100"),
        (request().form_list_joined(LIST), "form_list_joined=blue,black,brown"),
        (request().form_list_joined(["a,b", "c"]), "form_list_joined=a%2Cb,c"),
        (request().form_object_joined(color()), "form_object_joined=B,150,G,200,R,100"),
        (request().space_list(LIST), "space_list=blue%20black%20brown"),
        (request().space_object(color()), "space_object=B%20150%20G%20200%20R%20100"),
        (request().space_list_exploded(["a", "b"]), "space_list_exploded=a&space_list_exploded=b"),
        (request().pipe_list(LIST), "pipe_list=blue%7Cblack%7Cbrown"),
        (request().pipe_object(color()), "pipe_object=B%7C150%7CG%7C200%7CR%7C100"),
        (request().deep(color()), "deep[B]=150&deep[G]=200&deep[R]=100"),
        (request().json(color()), "json=%7B%22B%22%3A150%2C%22G%22%3A200%2C%22R%22%3A100%7D"),
        (request().plain("a b"), "plain=a%20b"),
        // Whoever takes a list as CSV gets the caller's CSV.
        (request().csv("a,\"b\""), "csv=a%2C%22b%22"),
        (request().reserved("a/b:c?d=e&f#g"), "reserved=a/b:c?d=e%26f%23g"),
        (request().limit(5), "limit=5"),
        // The parameter of the path has the same name and another style.
        (request().id(["a", "b"]), "id=a%7Cb"),
    ];
    for (request, expected) in cases {
        request.send().await.unwrap();
        assert_eq!(query(&server), expected);
    }
}

#[tokio::test]
async fn page_number_is_not_sent_as_number() {
    let (server, client) = start().await;
    client.queries().retrieve(Color::builder().r(1).build()).page_number(7).send().await.unwrap();
    assert_eq!(query(&server), "page[number]=7");
}

#[tokio::test]
async fn nested_deep_object_is_not_sent_as_json_text() {
    let (server, client) = start().await;
    let created_at = CreatedAt::builder().gte("2026-01-01").lt("2026-02-01").build();
    let filter = Filter::builder().created_at(created_at).names(["a", "b"]).build();
    client.queries().retrieve(Color::builder().r(1).build()).filter(filter).send().await.unwrap();
    let expected = "filter[created_at][gte]=2026-01-01&filter[created_at][lt]=2026-02-01\
        &filter[names]=a&filter[names]=b";
    assert_eq!(query(&server), expected);
}

#[tokio::test]
async fn headers_and_cookies() {
    let (server, client) = start().await;
    let request = client.headers().list().x_text("a, b").x_list(LIST).x_object(color()).x_object_exploded(color());
    let request = request.x_json(["ü"]).session("a;b").list(["c", "d"]).list_joined(["e", "f"]);
    request.object_joined(color()).json(Color::builder().r(1).build()).send().await.unwrap();
    let received = server.one();
    let header = |name: &str| received.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("x-text"), "a, b");
    assert_eq!(header("x-list"), "blue,black,brown");
    assert_eq!(header("x-object"), "B,150,G,200,R,100");
    assert_eq!(header("x-object-exploded"), "B=150,G=200,R=100");
    assert_eq!(header("x-json"), "[\"\\u00fc\"]");
    let cookies = "session=a%3Bb; list=c; list=d; list_joined=e%2Cf; object_joined=B%2C150%2CG%2C200%2CR%2C100; \
        json=%7B%22R%22%3A1%7D";
    assert_eq!(header("cookie"), cookies);
}

#[tokio::test]
async fn what_an_operation_says_overrides_what_its_path_says() {
    let (server, client) = start().await;
    client.shared().retrieve("a").tags(["x", "y"]).x_trace("t").send().await.unwrap();
    let received = server.one();
    assert_eq!((received.line.as_str(), received.header("x-trace")), ("GET /shared/.a?tags=x,y", Some("t")));
    client.shared().delete(1).tags(["x", "y"]).send().await.unwrap();
    assert_eq!(server.one().line, "DELETE /shared/1?tags=x%7Cy");
}

/// Documents that tell operations apart by what is no part of a path.
#[tokio::test]
async fn paths_with_a_query_and_a_fragment() {
    let (server, client) = start().await;
    client.fixed_kind_a().retrieve().q("1").send().await.unwrap();
    assert_eq!(target(&server), "/fixed?kind=a&q=1");
    client.fixed_b().retrieve().q("1").send().await.unwrap();
    assert_eq!(target(&server), "/fixed?q=1");
}
