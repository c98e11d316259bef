// SPDX-License-Identifier: LGPL-2.1-or-later
import java.io.StringReader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.xml.xpath.XPathFactory;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.DomainInfo.DomainState;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.event.DomainEventType;
import org.libvirt.event.LifecycleListener;
import org.xml.sax.InputSource;

/**
 * A first tour of the API: connect, look around, define a guest, start it, follow its events, remove it.
 *
 * usage: Tour [URI]     (test:///default when none is given: a make-believe host inside the library)
 */
public final class Tour {
    private final BlockingQueue<DomainEventType> events = new LinkedBlockingQueue<>();

    public static void main(String[] args) throws Exception {
        new Tour().run(args.length > 0 ? args[0] : "test:///default");
    }

    private void run(String uri) throws Exception {
        Library.initEventLoop(); // before the first connection is opened
        Thread loop = new Thread(Tour::runEventLoop, "libvirt events");
        loop.setDaemon(true);
        loop.start();

        Connect conn = new Connect(uri);
        System.out.println("connected to " + conn.getType());
        lookAround(conn);

        // Called on the event loop's thread; the queue brings what it says to ours.
        LifecycleListener listener = (domain, event) -> {
            try {
                if (domain.getName().equals("demo")) {
                    events.add(event.getType());
                }
            } catch (LibvirtException e) {
                e.printStackTrace();
            }
            return 0;
        };
        conn.addLifecycleListener(listener);

        String type = conn.getType().equalsIgnoreCase("test") ? "test" : "qemu";
        Domain demo = conn.domainDefineXML("<domain type='" + type + "'>"
                + "<name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>"
                + "<os><type>hvm</type></os></domain>");
        waitFor(DomainEventType.DEFINED, "defined");
        String memory = XPathFactory.newInstance().newXPath()
                .evaluate("/domain/memory", new InputSource(new StringReader(demo.getXMLDesc(0))));
        System.out.println("demo has " + memory + " KiB");

        demo.create();
        waitFor(DomainEventType.STARTED, "started");
        boolean running = demo.getInfo().state == DomainState.VIR_DOMAIN_RUNNING;
        System.out.println("demo is " + (running ? "running" : "not running"));

        try {
            conn.domainLookupByName("nosuch");
        } catch (LibvirtException e) {
            ErrorNumber code = e.getError().getCode();
            if (code != ErrorNumber.VIR_ERR_NO_DOMAIN) {
                throw e;
            }
            System.out.println("no domain nosuch: error " + code.ordinal());
        }

        demo.destroy(); // pulls the plug; shutdown() asks the guest to do it
        waitFor(DomainEventType.STOPPED, "stopped");
        demo.undefine();
        waitFor(DomainEventType.UNDEFINED, "undefined");
        conn.removeLifecycleListener(listener);
        demo.free();
        conn.close();
    }

    private static void lookAround(Connect conn) throws LibvirtException {
        for (Domain domain : conn.listAllDomains(0)) {
            System.out.println("domain " + domain.getName() + " is " + (domain.isActive() == 1 ? "running" : "shut off"));
            domain.free();
        }
        for (String name : conn.listNetworks()) {
            System.out.println("network " + name + " is active");
        }
        for (String name : conn.listDefinedNetworks()) {
            System.out.println("network " + name + " is inactive");
        }
        for (String name : conn.listStoragePools()) {
            System.out.println("pool " + name + " is active");
        }
        for (String name : conn.listDefinedStoragePools()) {
            System.out.println("pool " + name + " is inactive");
        }
    }

    private void waitFor(DomainEventType wanted, String said) throws InterruptedException {
        DomainEventType event;
        do {
            event = events.poll(30, TimeUnit.SECONDS);
            if (event == null) {
                throw new IllegalStateException("no event tells that demo is " + said);
            }
        } while (event != wanted);
        System.out.println("event: demo " + said);
    }

    private static void runEventLoop() {
        try {
            Library.runEventLoop();
        } catch (LibvirtException | InterruptedException e) {
            throw new IllegalStateException("the event loop ended", e);
        }
    }
}
