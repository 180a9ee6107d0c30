using BenchmarkDotNet.Attributes;
using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Benchmarks;

/// <summary>The passes through a network that a search for stable neurons is made of, on all cores.</summary>
public class PassBenchmarks
{
    private readonly ParallelOptions parallel = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
    private StabilityTable? table;
    private RelaxedGraph? below;
    private CrownBounds? crown;
    private LoweredLayer? last;
    private int[] neurons = [];
    private double[] bounds = [];
    private SimdWitnessDevice? device;
    private IWitnessSession? session;
    private WitnessCheck? check;
    private double[][] points = [];

    /// <summary>The architectures that are timed.</summary>
    [Params("784-200-200-10", "784-800-800-10", "784-100-100-100-100-10", "5-50-50-50-50-50-50-5")]
    public string Architecture { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        ReluNetwork network = RandomValues.Network(Array.ConvertAll(Architecture.Split('-'), int.Parse));
        table = StabilityTable.Undecided(network, InputDomain.Unit);
        PrepareBounds(network);
        PrepareWitnesses(network);
    }

    [GlobalCleanup]
    public void Release()
    {
        below?.Dispose();
        session?.Dispose();
        device?.Dispose();
        check?.Dispose();
    }

    /// <summary>Upper bounds of all neurons of the last hidden layer, back to the input.</summary>
    [Benchmark]
    public void Crown() => crown!.Bound(last!, neurons, above: true, bounds, null, parallel);

    /// <summary>A full batch through all hidden layers, in float32.</summary>
    [Benchmark]
    public void Forward() => session!.Forward();

    /// <summary>One step of a full batch up the gradients of neurons of the last hidden layer, and the forward pass that follows.</summary>
    [Benchmark]
    public int Ascend() => session!.Ascend(new(1, 0.01f), 0, 1);

    /// <summary>64 points in double with their error bounds.</summary>
    [Benchmark]
    public int Check() => check!.Credit(points, new VerdictLedger(table!));

    private void PrepareBounds(ReluNetwork network)
    {
        below = new(table!.Domain, network.Lowered);
        for (int layer = 1; layer < network.Depth; layer++)
        {
            LoweredLayer map = below.AdvanceTo(layer);
            var lower = new double[map.Width];
            var upper = new double[map.Width];
            IntervalBounds.Propagate(map, below.SourcesOf(map), lower, upper);
            below.Add(lower, upper);
        }

        crown = new(below);
        last = network.Lowered.Rectifier(network.Depth);
        neurons = [.. Enumerable.Range(0, last.Width)];
        bounds = new double[last.Width];
    }

    private void PrepareWitnesses(ReluNetwork network)
    {
        device = new();
        session = device.Open(network, table!.Domain, threads: 0);
        float[] batch = Array.ConvertAll(RandomValues.Draw<float>(session.MaxPoints * network.InputSize, seed: 1), Math.Abs);
        session.Stage(
            session.MaxPoints, (first, count, into) => batch.AsSpan(first * network.InputSize, count * network.InputSize).CopyTo(into));
        session.Load();
        session.Want([.. Enumerable.Repeat(MissingSigns.Both, network.NeuronCount)]);
        session.Forward();
        session.Aim(
            network.Depth,
            [.. Enumerable.Range(0, session.MaxPoints).Select(i => i % last!.Width)],
            [.. Enumerable.Range(0, session.MaxPoints).Select(static i => i % 2 == 0 ? 1f : -1f)]);
        check = new(network, table.Domain);
        points = check.IntoDomain(batch, 64);
    }
}
