package dev.millrace.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers as the clients of other languages and releases write them. */
class JsonHeaderTest {
    private final HeaderFields fields = new HeaderFields();

    @Test
    void readsTheHeaderOfAJavaClient() {
        parse("{'code':105,'extFields':{'topic':'T'},'flag':0,'language':'GO','opaque':7,"
                + "'serializeTypeCurrentRPC':'JSON','version':479}");

        assertThat(fields.code()).isEqualTo(105);
        assertThat(fields.opaque()).isEqualTo(7);
        assertThat(fields.language()).isEqualTo(9);
        assertThat(fields.version()).isEqualTo(479);
        assertThat(fields.toMap()).isEqualTo(Map.of("topic", "T"));
    }

    @Test
    void acceptsSpaceBetweenTokens() {
        parse(" \n{ 'code' :\t1 ,\r\n'extFields' : { 'a' : 'x' , 'n' : 5 } , 'flag' : 2 } ");

        assertThat(fields.isOneWay()).isTrue();
        assertThat(fields.toMap()).isEqualTo(Map.of("a", "x", "n", "5"));
    }

    @Test
    void acceptsNullEverywhere() {
        parse("{'code':1,'extFields':null,'remark':null,'language':null,'version':null,'flag':0,'opaque':3}");

        assertThat(fields.toMap()).isEmpty();
        assertThat(fields.remark()).isNull();
        assertThat(fields.version()).isZero();
        assertThat(fields.opaque()).isEqualTo(3);
    }

    @Test
    void treatsANullFieldAsAbsent() {
        parse("{'code':1,'extFields':{'a':null,'b':'x'}}");

        assertThat(fields.has("a")).isFalse();
        assertThat(fields.text("b")).isEqualTo("x");
    }

    @Test
    void readsNumbersAndBooleansAsText() {
        parse("{'code':'34','opaque':'-12','flag':1,'version':0,'language':5,"
                + "'extFields':{'queueId':3,'order':true,'tps':0.5}}");

        assertThat(fields.code()).isEqualTo(34);
        assertThat(fields.opaque()).isEqualTo(-12);
        assertThat(fields.language()).isEqualTo(5);
        assertThat(fields.requiredInt("queueId")).isEqualTo(3);
        assertThat(fields.booleanOr("order", false)).isTrue();
        assertThat(fields.text("tps")).isEqualTo("0.5");
    }

    @Test
    void takesAnEmptyNumberAsAbsent() {
        parse("{'code':1,'extFields':{'maxReconsumeTimes':''}}");

        assertThat(fields.intOr("maxReconsumeTimes", -1)).isEqualTo(-1);
        assertThatThrownBy(() -> fields.requiredInt("maxReconsumeTimes")).hasMessageContaining("is '', not a whole");
    }

    @Test
    void skipsWhatItDoesNotKnow() {
        parse(
                "{'x':{'y':[1,{'z':[]},'\\\\\\''],'code':9},'code':1,'extFields':{'a':'1','deep':{'b':2},'list':[1]},'w':[]}");

        assertThat(fields.code()).isEqualTo(1);
        assertThat(fields.toMap()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void acceptsAnUnknownLanguage() {
        parse("{'code':1,'language':'COBOL'}");

        assertThat(fields.language()).isEqualTo(-1);
    }

    @Test
    void resolvesEscapesAndKeepsRawControlCharacters() {
        parse("{'code':1,'extFields':{'i':'K\\u0001v\\u0002','raw':'K\u0001v\u0002','e':'\\n\\t\\r\\b\\f\\/\\\\',"
                + "'u':'\\u00e4\\u8a71\\uD83D\\uDE00\\uD83D!'}}");

        assertThat(fields.text("i")).isEqualTo("K\u0001v\u0002");
        assertThat(fields.text("raw")).isEqualTo("K\u0001v\u0002");
        assertThat(fields.text("e")).isEqualTo("\n\t\r\b\f/\\");
        assertThat(fields.text("u")).isEqualTo("ä話😀?!");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "null",
                "{'code':}",
                "{'code':1",
                "{'code':1,}",
                "{'code':1 'flag':2}",
                "{'code':'1}",
                "{'code':1.5}",
                "{'code':99999999999}",
                "{'code':-}",
                "{code:1}",
                "{'extFields':[]}",
                "{'extFields':{'a'}}",
                "{'extFields':{'a':}}",
                "{'extFields':{'a':'\\x'}}",
                "{'extFields':{'a':'\\u12'}}",
                "{'extFields':{'a':'\\u12G4'}}",
                "{'extFields':nil}",
                "{'x':[1,]}"
            })
    void refusesWhatIsNoHeader(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(ProtocolException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void refusesDeepNesting() {
        String text = "{'x':" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThatThrownBy(() -> parse(text)).hasMessage("JSON header nests deeper than 32");
    }

    private void parse(String text) {
        byte[] bytes = text.replace("\\'", "\u0000")
                .replace('\'', '"')
                .replace("\u0000", "\\\"")
                .getBytes(UTF_8);
        fields.parse(0, ByteBuffer.wrap(bytes), 0, bytes.length);
    }
}
