namespace ExactCompression.Stability;

/// <summary>
/// Searches inputs that show neurons unstable: runs sample points through the network on a device, then attacks what is still open. Every iterate of every attack counts for every neuron
/// of every layer that the pass went through, and every candidate is checked in double before it is credited.
/// </summary>
internal sealed class WitnessSearch : IDisposable
{
    private readonly VerdictBoard board;
    private readonly SearchClock clock;
    private readonly IWitnessSession session;
    private readonly WitnessCheck check;
    private readonly SamplePool pool;
    private readonly NeuronExtremes[] extremes;
    private readonly float[] point;
    private readonly float[] batch;
    private readonly List<Candidate> candidates = [];
    private readonly Dictionary<Aim, float> tried = [];
    private int seen;

    /// <summary>Opens a device for the search.</summary>
    /// <param name="board">What is known.</param>
    /// <param name="data">Rows to run through the network, or null.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="options">Threads and seed.</param>
    /// <param name="clock">Time.</param>
    /// <param name="corners">Points to look at before all others, row-major.</param>
    /// <param name="mostRows">How many rows of the data to take at most.</param>
    public WitnessSearch(VerdictBoard board, InputData? data, IWitnessDevice device, SearchOptions options, SearchClock clock, float[] corners, int mostRows = int.MaxValue)
    {
        this.board = board;
        this.clock = clock;
        data?.RequireColumns(board.Network.InputSize);
        session = device.Open(DeviceScaling.Normalise(board), board.Domain, options.Threads);
        check = new(board.Network, board.Domain);
        pool = new(board.Domain, corners, data, mostRows, options.Seed);
        extremes = new NeuronExtremes[board.Count];
        point = new float[board.Network.InputSize];
        batch = new float[Math.Min(session.MaxPoints, pool.Count) * point.Length];
        Random = new(options.Seed);
    }

    /// <summary>The device's limit on a batch.</summary>
    public int MaxPoints => session.MaxPoints;

    /// <summary>Decides the order of targets; the same seed gives the same search.</summary>
    public Random Random { get; }

    /// <summary>Neurons of a layer that still want a witness, with its sign.</summary>
    /// <param name="layer">1-based hidden layer; 0 for all.</param>
    public List<Aim> Open(int layer)
    {
        var open = new List<Aim>();
        int first = layer == 0 ? 0 : board.Offsets[layer - 1], end = layer == 0 ? board.Count : board.Offsets[layer];
        for (int i = first; i < end; i++)
        {
            if (board.Wants(i, above: true))
                open.Add(new(i, true));
            if (board.Wants(i, above: false))
                open.Add(new(i, false));
        }

        return open;
    }

    public bool IsOpen(Aim aim) => board.Wants(aim.Index, aim.Above);

    /// <summary>Runs the corners that the search was given through the network.</summary>
    public void SampleCorners() => SampleTo(pool.Corners);

    /// <summary>Runs what it has not seen of the pool through the network; stops as soon as nothing is open.</summary>
    public void SampleAll() => SampleTo(pool.Count);

    /// <summary>Tries given points, such as the corners where linear bounds are reached.</summary>
    /// <param name="points">Row-major count x inputs.</param>
    /// <param name="count">Number of points.</param>
    public void Try(ReadOnlySpan<float> points, int count)
    {
        for (int first = 0; first < count; first += session.MaxPoints)
        {
            clock.ThrowIfExpired();
            int rows = Math.Min(session.MaxPoints, count - first);
            session.Load(points.Slice(first * point.Length, rows * point.Length), rows);
            Pass(board.Network.Depth);
        }
    }

    /// <summary>The best points for each aim among those of the pool that were sampled, best first.</summary>
    /// <param name="layer">1-based hidden layer of all the aims.</param>
    /// <param name="aims">Neurons with signs.</param>
    /// <param name="most">How many points an aim gets at most.</param>
    /// <returns>For each aim, its points in the pool, for <see cref="FromPool"/>.</returns>
    public int[][] BestStarts(int layer, IReadOnlyList<Aim> aims, int most)
    {
        int offset = board.Offsets[layer - 1];
        int[] neurons = [.. aims.Select(a => a.Index - offset)];
        var best = aims.Select(_ => new PriorityQueue<int, float>(most + 1)).ToArray();
        float[] values = new float[(long)neurons.Length * session.MaxPoints];
        for (int first = 0; first < seen; first += session.MaxPoints)
        {
            clock.ThrowIfExpired();
            int rows = Math.Min(session.MaxPoints, seen - first);
            LoadFromPool(first, rows);
            Pass(layer);
            session.ReadPreActivations(layer, neurons, values);
            for (int k = 0; k < neurons.Length; k++)
            {
                for (int r = 0; r < rows; r++)
                {
                    float value = values[(r * neurons.Length) + k] * (aims[k].Above ? 1 : -1);
                    if (float.IsNaN(value))
                        continue;
                    if (best[k].Count < most)
                        best[k].Enqueue(first + r, value);
                    else if (best[k].TryPeek(out _, out float worst) && value > worst)
                        best[k].EnqueueDequeue(first + r, value);
                }
            }
        }

        return [.. best.Select(static queue =>
        {
            var rows = new int[queue.Count];
            for (int at = rows.Length - 1; queue.TryDequeue(out int row, out _); at--)
                rows[at] = row;
            return rows;
        })];
    }

    /// <summary>Copies points of the pool.</summary>
    /// <param name="rows">0-based points of the pool.</param>
    /// <returns>Row-major rows x inputs.</returns>
    public float[] FromPool(int[] rows)
    {
        var points = new float[rows.Length * point.Length];
        for (int r = 0; r < rows.Length; r++)
            pool.Copy(rows[r], 1, points.AsSpan(r * point.Length, point.Length));
        return points;
    }

    /// <summary>
    /// One batch of attacks: momentum ascent with a falling step, each point towards its own aim. A point whose aim is settled is given another open one of the batch.
    /// </summary>
    /// <param name="layer">1-based hidden layer of all the aims.</param>
    /// <param name="starts">Row-major aims x inputs.</param>
    /// <param name="aims">The aim of each point.</param>
    /// <param name="steps">How many steps at most.</param>
    /// <param name="width">Length of the first step as a share of the domain's width.</param>
    /// <param name="patience">Ends after this many steps in which nothing was settled.</param>
    public void Ascend(int layer, ReadOnlySpan<float> starts, Aim[] aims, int steps, float width, int patience = int.MaxValue)
    {
        const float LastStep = 0.002f, Momentum = 0.8f;
        int offset = board.Offsets[layer - 1];
        var targets = new int[aims.Length];
        var signs = new float[aims.Length];
        session.Load(starts, aims.Length);
        int idle = 0;
        for (int t = 0; t <= steps; t++)
        {
            clock.ThrowIfExpired();
            clock.Report("Attack", layer);
            idle = Pass(board.Network.Depth) > 0 ? 0 : idle + 1;
            Aim[] open = [.. aims.Where(IsOpen).Distinct()];
            if (open.Length == 0 || idle > patience)
                return;
            for (int p = 0; p < aims.Length; p++)
            {
                if (!IsOpen(aims[p]))
                    aims[p] = open[Random.Next(open.Length)];
                targets[p] = aims[p].Index - offset;
                signs[p] = aims[p].Above ? 1 : -1;
            }

            if (t < steps)
                session.Ascend(layer, targets, signs, (width * (1 - ((float)t / steps))) + LastStep, Momentum);
        }
    }

    /// <summary>A short attack on one aim from each of some points.</summary>
    /// <param name="aim">The neuron and the sign.</param>
    /// <param name="starts">Row-major count x inputs.</param>
    /// <param name="count">Number of starts.</param>
    /// <param name="steps">How many steps at most.</param>
    public void Ascend(Aim aim, ReadOnlySpan<float> starts, int count, int steps)
    {
        for (int first = 0; first < count && IsOpen(aim); first += session.MaxPoints)
        {
            int rows = Math.Min(session.MaxPoints, count - first);
            var aims = new Aim[rows];
            Array.Fill(aims, aim);
            Ascend(board.Place(aim.Index).Layer, starts.Slice(first * point.Length, rows * point.Length), aims, steps, width: 0.1f);
        }
    }

    public void Dispose()
    {
        session.Dispose();
        check.Dispose();
    }

    /// <summary>For the first layer the best input is known: the corner that the signs of the neuron's weights point to.</summary>
    private void CreditCornersOfFirstLayer()
    {
        if (board.Network.Depth == 0)
            return;
        const int Block = 64;
        List<Aim> open = Open(1);
        for (int first = 0; first < open.Count; first += Block)
        {
            clock.ThrowIfExpired();
            double[][] corners = [.. open.Skip(first).Take(Block).Where(IsOpen).Select(BestCorner)];
            check.Credit(corners, board);
        }
    }

    private double[] BestCorner(Aim aim)
    {
        ReadOnlySpan<double> row = board.Network.Layers[0].Row(aim.Index), lower = board.Domain.Lower.Span, upper = board.Domain.Upper.Span;
        var corner = new double[row.Length];
        for (int i = 0; i < corner.Length; i++)
            corner[i] = row[i] > 0 == aim.Above ? upper[i] : lower[i];
        return corner;
    }

    private void SampleTo(int end)
    {
        while (seen < end && board.Decided < board.Count)
        {
            clock.ThrowIfExpired();
            clock.Report("Sampling", 0);
            int rows = Math.Min(session.MaxPoints, end - seen);
            LoadFromPool(seen, rows);
            Pass(board.Network.Depth);
            if (seen == 0)
                CreditCornersOfFirstLayer();
            seen += rows;
        }
    }

    private void LoadFromPool(int first, int rows)
    {
        Span<float> points = batch.AsSpan(0, rows * point.Length);
        pool.Copy(first, rows, points);
        session.Load(points, rows);
    }

    /// <summary>Forward pass of the loaded batch; candidates for open neurons are checked in double.</summary>
    /// <returns>How many witnesses were new.</returns>
    private int Pass(int depth)
    {
        session.Forward(depth, extremes);
        candidates.Clear();
        for (int i = 0; i < board.Offsets[depth]; i++)
        {
            NeuronExtremes e = extremes[i];
            if (e.Maximum > 0 && board.Wants(i, above: true))
                Propose(new(i, true), e.Maximum, e.MaximumPoint);
            if (e.Minimum < 0 && board.Wants(i, above: false))
                Propose(new(i, false), -e.Minimum, e.MinimumPoint);
        }

        return candidates.Count == 0 ? 0 : CreditCandidates();
    }

    /// <summary>A value that the check refused is proposed again only once it is larger.</summary>
    private void Propose(Aim aim, float value, int at)
    {
        if (tried.TryGetValue(aim, out float before) && value <= before * 1.05f)
            return;
        tried[aim] = value;
        candidates.Add(new(aim, at));
    }

    private int CreditCandidates()
    {
        int credited = 0;
        var block = new List<double[]>();
        var taken = new HashSet<int>();
        foreach (Candidate candidate in candidates)
        {
            if (!IsOpen(candidate.Aim) || !taken.Add(candidate.Point))
                continue;
            session.ReadPoint(candidate.Point, point);
            block.Add(check.IntoDomain(point, 1)[0]);
            if (block.Count == 16)
                Flush();
        }

        Flush();
        return credited;

        void Flush()
        {
            credited += check.Credit(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(block), board);
            block.Clear();
        }
    }

    /// <summary>A neuron by its index over all layers, and the sign that its pre-activation should get.</summary>
    internal readonly record struct Aim(int Index, bool Above);

    private readonly record struct Candidate(Aim Aim, int Point);
}
