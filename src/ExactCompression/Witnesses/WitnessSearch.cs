using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// Searches inputs that show neurons unstable: runs sample points through the network on a device, then attacks what is still open. Every
/// iterate of every attack counts for every open neuron of every layer that the pass went through, and every candidate is checked in double
/// precision before it is credited.
/// </summary>
internal sealed class WitnessSearch : IDisposable
{
    /// <summary>Shifted witnesses that are confirmed together.</summary>
    private const int Together = 64;

    private readonly VerdictLedger ledger;
    private readonly SearchClock clock;
    private readonly CheckedSession session;
    private readonly GradientAttack attack;
    private readonly SamplePool pool;
    private readonly SampleSequence sequence;
    private readonly int inputs;

    /// <summary>
    /// How far into the pool the search has come, and how many points of the sequence the current session has seen: a new session has to
    /// gather its starting points again.
    /// </summary>
    private int reached, seen;

    /// <summary>How many sessions had failed when the session that <see cref="seen"/> refers to began.</summary>
    private int failures;

    /// <summary>Opens a device for the search.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="data">Rows to run through the network, or null.</param>
    /// <param name="device">Where to compute; the CPU replaces it if it fails.</param>
    /// <param name="options">Threads and seed.</param>
    /// <param name="clock">Time.</param>
    /// <param name="corners">Points to sample before all others.</param>
    /// <param name="mostRows">How many rows of the data to take at most.</param>
    public WitnessSearch(
        VerdictLedger ledger, InputData? data, IWitnessDevice device, SearchOptions options, SearchClock clock, CornerPoints corners,
        int mostRows = int.MaxValue)
    {
        this.ledger = ledger;
        this.clock = clock;
        data?.RequireColumns(ledger.Network.InputSize);
        inputs = ledger.Network.InputSize;
        Random = new(options.Seed);
        session = new(ledger, device, options, clock);
        attack = new(ledger, session, clock, Random);
        pool = new(ledger.Domain, corners, data, mostRows, options.Seed);
        sequence = new(pool, IsOpen);
    }

    /// <summary>The device's limit on the size of a batch.</summary>
    public int MaxPoints => session.Current.MaxPoints;

    /// <summary>Fewer points than this take about as long on the device.</summary>
    public int MinPoints => session.Current.MinPoints;

    /// <summary>The current device of the search.</summary>
    public string DeviceName => session.DeviceName;

    /// <summary>Decides the order of targets; the same seed gives the same search.</summary>
    public Random Random { get; }

    /// <summary>Neurons of a layer that still need a witness, with its sign.</summary>
    /// <param name="layer">1-based hidden layer; 0 for all.</param>
    public List<SignTarget> Open(int layer)
    {
        var open = new List<SignTarget>();
        int first = layer == 0 ? 0 : ledger.Offsets[layer - 1], end = layer == 0 ? ledger.Count : ledger.Offsets[layer];
        for (int i = first; i < end; i++)
        {
            MissingSigns signs = session.MissingOf(i);
            if ((signs & MissingSigns.Above) != 0)
                open.Add(new(i, true));
            if ((signs & MissingSigns.Below) != 0)
                open.Add(new(i, false));
        }

        return open;
    }

    /// <summary>
    /// Of the neurons of a layer that still need a witness, with its sign, one of each class of translates; a witness that one of these has
    /// is tried, shifted, on the others first.
    /// </summary>
    /// <param name="layer">1-based hidden layer; 0 for all.</param>
    public List<SignTarget> OpenClasses(int layer)
    {
        List<SignTarget> open = Open(layer);
        var points = new List<double[]>();
        foreach (SignTarget target in open)
        {
            if (IsOpen(target) && ledger.MovedWitness(target.Index, target.Above) is { } point)
                points.Add(point);
            if (points.Count == Together || (points.Count > 0 && target == open[^1]))
            {
                clock.ThrowIfExpired();
                session.Confirm([.. points]);
                points.Clear();
            }
        }

        return [.. ledger.OnePerClass(open.Where(IsOpen), static t => (t.Index, t.Above))];
    }

    public bool IsOpen(SignTarget target) => ledger.NeedsWitness(target.Index, target.Above);

    /// <summary>Evaluates the given corners on the network.</summary>
    public void SampleCorners() => SampleTo(pool.Corners);

    /// <summary>Evaluates the rest of the pool on the network; stops as soon as nothing is open.</summary>
    public void SampleAll() => SampleTo(pool.Count);

    /// <summary>Tries given points, such as the corners where linear bounds are attained.</summary>
    /// <param name="points">Row-major count x inputs.</param>
    /// <param name="count">Number of points.</param>
    public void Try(float[] points, int count)
    {
        for (int first = 0; first < count;)
        {
            session.Run(() =>
            {
                int rows = Math.Min(MaxPoints, count - first);
                session.Load(points, first, rows);
                session.Current.Forward();
                session.Credit();
                first += rows;
            });
        }
    }

    /// <summary>Checks points without the device, whose float32 cannot resolve values close to 0.</summary>
    /// <param name="points">Points of the domain.</param>
    public void Confirm(double[][] points) => session.Confirm(points);

    /// <summary>The best points for each target among those of the pool that were sampled while it was open, best first.</summary>
    /// <param name="targets">Neurons with signs.</param>
    /// <param name="most">How many points a target gets at most.</param>
    /// <returns>For each target, its points by their place in the sequence, for <see cref="FromPool"/>.</returns>
    public int[][] BestStarts(IReadOnlyList<SignTarget> targets, int most)
    {
        int[][] starts = [];
        session.Run(() =>
        {
            SampleReached();
            starts = [.. targets.Select(
                target => session.Current.ReadStarts(target.Index, target.Above) is var best && best.Length > most ? best[..most] : best)];
        });
        return starts;
    }

    /// <summary>Copies points of the pool.</summary>
    /// <param name="rows">Their places in the sequence of those that were sampled.</param>
    /// <returns>Row-major rows x inputs.</returns>
    public float[] FromPool(int[] rows)
    {
        var points = new float[rows.Length * inputs];
        for (int r = 0; r < rows.Length; r++)
            sequence.Copy(rows[r], 1, points.AsSpan(r * inputs, inputs));
        return points;
    }

    /// <summary>
    /// Attacks: momentum ascent with a decreasing step, each point towards its own target. A point whose target is settled is assigned
    /// another open target of its batch.
    /// </summary>
    /// <param name="layer">1-based hidden layer of all the targets.</param>
    /// <param name="starts">Row-major targets x inputs.</param>
    /// <param name="targets">The target of each point.</param>
    /// <param name="steps">How many steps at most.</param>
    /// <param name="width">Length of the first step as a share of the domain's width.</param>
    /// <param name="patience">Ends after this many steps in which nothing was settled.</param>
    public void Ascend(int layer, float[] starts, SignTarget[] targets, int steps, float width, int patience = int.MaxValue)
    {
        for (int first = 0; first < targets.Length;)
        {
            session.Run(() =>
            {
                int rows = Math.Min(MaxPoints, targets.Length - first);
                session.Load(starts, first, rows);
                attack.Run(layer, targets[first..(first + rows)], new PgdSchedule(steps, width), patience);
                first += rows;
            });
        }
    }

    /// <summary>A short attack on one target from each of some points.</summary>
    /// <param name="target">The neuron and the sign.</param>
    /// <param name="starts">Row-major count x inputs.</param>
    /// <param name="count">Number of starts.</param>
    /// <param name="steps">How many steps at most.</param>
    public void Ascend(SignTarget target, float[] starts, int count, int steps)
    {
        var targets = new SignTarget[count];
        Array.Fill(targets, target);
        Ascend(ledger.Place(target.Index).Layer, starts, targets, steps, width: 0.1f);
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private void SampleTo(int end)
    {
        reached = Math.Max(reached, end);
        session.Run(SampleReached);
    }

    /// <summary>
    /// Evaluates the pool in the session as far as the search has come; the next batch is transferred while the current one is computed.
    /// </summary>
    private void SampleReached()
    {
        if (failures != session.Failures)
            (failures, seen) = (session.Failures, 0);
        int staged = StageFromPool(seen);
        while (staged > 0 && session.UpdateMissingSigns())
        {
            clock.ThrowIfExpired();
            clock.Report(SearchStage.Sampling, 0);
            session.Current.Load();
            session.Current.Forward();
            int rows = staged;
            staged = StageFromPool(seen + rows);
            session.Credit();
            if (seen == 0)
                session.CreditBestCorners(Open);
            session.Current.KeepStarts(seen);
            seen += rows;
        }
    }

    private int StageFromPool(int start)
    {
        int rows = sequence.Extend(start, MaxPoints, reached);
        if (rows > 0)
            session.Current.Stage(rows, (first, count, points) => sequence.Copy(start + first, count, points));
        return rows;
    }
}
