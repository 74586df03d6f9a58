package dev.millrace.e2e.spring;

import dev.millrace.client.StartFrom;
import dev.millrace.client.spring.MillraceListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** An application whose listener works until the test lets it end. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(SlowShop.Packer.class)
class SlowShop {
    static final String TOPIC = "shop-parcels";

    /** Packs four parcels at a time. Thread-safe. */
    static final class Packer {
        final CountDownLatch mayEnd = new CountDownLatch(1);
        final List<String> begun = new CopyOnWriteArrayList<>();
        final List<String> packed = new CopyOnWriteArrayList<>();

        @MillraceListener(topic = TOPIC, group = "shop-packer", threads = "4", startFrom = StartFrom.Kind.FIRST)
        void pack(String parcel) throws InterruptedException {
            begun.add(parcel);
            mayEnd.await();
            packed.add(parcel);
        }
    }
}
