using System.Runtime.InteropServices;
using ExactCompression.Networks;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// The device session of a search, connected to the ledger: it always knows which signs are missing, and what it proposes is checked in
/// double precision before it is credited. If the device fails, another session replaces it.
/// </summary>
internal sealed class CheckedSession : IDisposable
{
    /// <summary>Points that are checked together.</summary>
    private const int Block = 16;

    private readonly VerdictLedger ledger;
    private readonly SearchClock clock;
    private readonly ResilientSession device;
    private readonly WitnessCheck check;
    private readonly int inputs;
    private readonly MissingSigns[] missing;
    private readonly List<WitnessCandidate> candidates = [];
    private readonly bool[] isTried;

    /// <summary>Opens a session.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="device">Where to compute; the CPU replaces it if it fails.</param>
    /// <param name="options">Threads, and the warning handler.</param>
    /// <param name="clock">Time.</param>
    public CheckedSession(VerdictLedger ledger, IWitnessDevice device, SearchOptions options, SearchClock clock)
    {
        this.ledger = ledger;
        this.clock = clock;
        inputs = ledger.Network.InputSize;
        this.device = new(ledger, device, options);
        check = new(ledger.Network, ledger.Domain, clock.Parallel);
        missing = new MissingSigns[ledger.Count];
        isTried = new bool[ledger.Graph.Rectifiers + 1];
    }

    /// <summary>The current session.</summary>
    public IWitnessSession Current => device.Current;

    /// <summary>The current device.</summary>
    public string DeviceName => device.DeviceName;

    /// <summary>How many sessions have failed: a new one knows nothing of what the failed one had kept.</summary>
    public int Failures { get; private set; }

    /// <summary>Which witnesses of a neuron would be new information.</summary>
    /// <param name="neuron">The neuron, by its index over all layers.</param>
    public MissingSigns MissingOf(int neuron) =>
        (ledger.NeedsWitness(neuron, above: true) ? MissingSigns.Above : 0)
            | (ledger.NeedsWitness(neuron, above: false) ? MissingSigns.Below : 0);

    /// <summary>
    /// Runs work on the device, and repeats it where that fails: with smaller batches, or on the CPU. What was credited stays credited.
    /// </summary>
    /// <param name="work">The work.</param>
    public void Run(Action work)
    {
        for (;;)
        {
            try
            {
                work();
                return;
            }
            catch (ComputeDeviceException failure)
            {
                device.Replace(failure);
                Failures++;
            }
        }
    }

    /// <summary>Loads points onto the device.</summary>
    /// <param name="points">Row-major points.</param>
    /// <param name="start">The first to load.</param>
    /// <param name="rows">How many.</param>
    public void Load(float[] points, int start, int rows)
    {
        clock.ThrowIfExpired();
        Current.Stage(rows, (first, count, into) => points.AsSpan((start + first) * inputs, count * inputs).CopyTo(into));
        Current.Load();
        UpdateMissingSigns();
    }

    /// <summary>Updates the session's signs that are still worth searching for.</summary>
    /// <returns>Whether any is.</returns>
    public bool UpdateMissingSigns()
    {
        // Where no rectifier lies below, each neuron's best input has been tried: a sign that it does not have there, it has nowhere.
        MissingSigns any = MissingSigns.None;
        for (int layer = 1; layer < isTried.Length; layer++)
        {
            for (int i = ledger.Offsets[layer - 1]; i < ledger.Offsets[layer]; i++)
            {
                missing[i] = isTried[layer] ? MissingSigns.None : MissingOf(i);
                any |= missing[i];
            }
        }

        Current.Want(missing);
        return any != MissingSigns.None;
    }

    /// <summary>Checks the session's candidates in double precision, and tells it which signs are no longer missing.</summary>
    /// <returns>How many witnesses were new.</returns>
    public int Credit()
    {
        candidates.Clear();
        Current.ReadCandidates(candidates);
        int credited = 0;
        var block = new List<double[]>();
        var taken = new List<long>();
        var point = new float[candidates.Count == 0 ? 0 : inputs];
        foreach (WitnessCandidate candidate in candidates)
        {
            if (!ledger.NeedsWitness(candidate.Neuron, candidate.Above) || taken.Contains(candidate.Place))
                continue;
            taken.Add(candidate.Place);
            Current.ReadWitness(candidate, point);
            block.Add(check.IntoDomain(point, 1)[0]);
            if (block.Count == Block)
                Flush();
        }

        Flush();
        if (credited > 0)
            UpdateMissingSigns();
        return credited;

        void Flush()
        {
            credited += check.Credit(CollectionsMarshal.AsSpan(block), ledger);
            block.Clear();
        }
    }

    /// <summary>Checks points without the device, whose float32 cannot resolve values close to 0.</summary>
    /// <param name="points">Points of the domain.</param>
    public void Confirm(double[][] points)
    {
        if (check.Credit(points, ledger) > 0)
            UpdateMissingSigns();
    }

    /// <summary>Checks the best inputs of the layers with no rectifier below: the corners given by the signs of their weights.</summary>
    /// <param name="open">The open targets of a layer, by its number.</param>
    public void CreditBestCorners(Func<int, List<SignTarget>> open)
    {
        foreach (int layer in InputRows.Layers(ledger.Graph))
        {
            foreach (double[][] corners in BestCorners.Of(ledger, layer, open(layer)))
            {
                clock.ThrowIfExpired();
                check.Credit(corners, ledger);
            }

            isTried[layer] = true;
        }

        UpdateMissingSigns();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        device.Dispose();
        check.Dispose();
    }
}
