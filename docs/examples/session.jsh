// jshell --class-path engine.jar -R--add-modules=jdk.incubator.vector session.jsh
import dev.lanewise.engine.*;
import dev.lanewise.engine.matrix.*;
import dev.lanewise.engine.neighbors.*;
Engine engine = Engine.open()
ByteMatrix rows = ByteMatrix.copyOf(new byte[] {0, 0, 3, 4, 100, 100}, 3, 2)
NearestNeighbors index = NearestNeighbors.of(engine, rows, Distance.L2)
Neighbors nearest = index.search(ByteMatrix.copyOf(new byte[] {0, 0}, 1, 2), 2)
System.out.println("row " + nearest.index(0, 1) + " at " + nearest.distance(0, 1))
engine.close()
/exit
