using System.Runtime.InteropServices;
using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// The device session of a search, with the ledger at its side: it knows at any time which signs are missing, and what it proposes is
/// checked in double before it is credited. Where the device fails, another session takes its place.
/// </summary>
internal sealed class CheckedSession : IDisposable
{
    /// <summary>Points that are checked at once.</summary>
    private const int Block = 16;

    private readonly VerdictLedger ledger;
    private readonly SearchClock clock;
    private readonly ResilientSession device;
    private readonly WitnessCheck check;
    private readonly int inputs;
    private readonly MissingSigns[] missing;
    private readonly List<WitnessCandidate> candidates = [];
    private bool firstLayerTried;

    /// <summary>Opens a session.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="device">Where to compute; the CPU takes its place if it fails.</param>
    /// <param name="options">Threads, and who is to be warned.</param>
    /// <param name="clock">Time.</param>
    public CheckedSession(VerdictLedger ledger, IWitnessDevice device, SearchOptions options, SearchClock clock)
    {
        this.ledger = ledger;
        this.clock = clock;
        inputs = ledger.Network.InputSize;
        this.device = new(ledger, device, options);
        check = new(ledger.Network, ledger.Domain);
        missing = new MissingSigns[ledger.Count];
    }

    /// <summary>The session as it is now.</summary>
    public IWitnessSession Current => device.Current;

    /// <summary>The device that it is on now.</summary>
    public string DeviceName => device.DeviceName;

    /// <summary>How many sessions have failed: one that is new knows nothing of what the one before had kept.</summary>
    public int Failures { get; private set; }

    /// <summary>Which witnesses of a neuron would say something new.</summary>
    /// <param name="neuron">The neuron, by its index over all layers.</param>
    public MissingSigns MissingOf(int neuron) =>
        (ledger.Wants(neuron, above: true) ? MissingSigns.Above : 0) | (ledger.Wants(neuron, above: false) ? MissingSigns.Below : 0);

    /// <summary>
    /// Does work on the device, and once more where that fails: on smaller batches, or on the CPU. What was credited stays so.
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

    /// <summary>Brings points over.</summary>
    /// <param name="points">Row-major points.</param>
    /// <param name="start">The first to bring.</param>
    /// <param name="rows">How many.</param>
    public void Load(float[] points, int start, int rows)
    {
        clock.ThrowIfExpired();
        Current.Stage(rows, (first, count, into) => points.AsSpan((start + first) * inputs, count * inputs).CopyTo(into));
        Current.Load();
        TellMissing();
    }

    /// <summary>Tells the session which witnesses are still worth a search.</summary>
    /// <returns>Whether any is.</returns>
    public bool TellMissing()
    {
        // Of the first layer each neuron's best input has been tried: what that did not show, no other point does.
        int first = firstLayerTried ? ledger.Offsets[1] : 0;
        MissingSigns any = MissingSigns.None;
        for (int i = 0; i < missing.Length; i++)
        {
            missing[i] = i < first ? MissingSigns.None : MissingOf(i);
            any |= missing[i];
        }

        Current.Want(missing);
        return any != MissingSigns.None;
    }

    /// <summary>Checks the session's candidates in double, and tells it what is wanted no more.</summary>
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
            if (!ledger.Wants(candidate.Neuron, candidate.Above) || taken.Contains(candidate.Place))
                continue;
            taken.Add(candidate.Place);
            Current.ReadWitness(candidate, point);
            block.Add(check.IntoDomain(point, 1)[0]);
            if (block.Count == Block)
                Flush();
        }

        Flush();
        if (credited > 0)
            TellMissing();
        return credited;

        void Flush()
        {
            credited += check.Credit(CollectionsMarshal.AsSpan(block), ledger);
            block.Clear();
        }
    }

    /// <summary>Checks points without the device, whose float32 does not see values close to 0.</summary>
    /// <param name="points">Points of the domain.</param>
    public void Confirm(double[][] points)
    {
        if (check.Credit(points, ledger) > 0)
            TellMissing();
    }

    /// <summary>For the first layer the best input is known: the corner that the signs of the neuron's weights point to.</summary>
    /// <param name="open">The targets of the first layer.</param>
    public void CreditCornersOfFirstLayer(List<SignTarget> open)
    {
        const int Corners = 64;
        for (int first = 0; first < open.Count; first += Corners)
        {
            clock.ThrowIfExpired();
            double[][] corners = [.. open.Skip(first).Take(Corners).Where(t => ledger.Wants(t.Index, t.Above)).Select(BestCorner)];
            check.Credit(corners, ledger);
        }

        firstLayerTried = true;
        TellMissing();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        device.Dispose();
        check.Dispose();
    }

    private double[] BestCorner(SignTarget target) => ledger.Domain.Corner(ledger.Network.Layers[0].Row(target.Index), target.Above);
}
