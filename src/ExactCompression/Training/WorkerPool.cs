namespace ExactCompression.Training;

/// <summary>
/// Threads that process numbered pieces of work together, thousands of times a second: started once, and without allocations in a round.
/// Which thread takes which piece is not determined; pieces must not depend on each other.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly SemaphoreSlim begin = new(0);
    private readonly CountdownEvent end = new(1);
    private readonly Thread[] helpers;
    private Action<int, int> work = static (_, _) => { };
    private Exception? failure;
    private int pieces;
    private int next;
    private volatile bool dismissed;

    /// <summary>Starts the threads; the caller of <see cref="Run"/> is one of the pool.</summary>
    /// <param name="size">Number of threads, at least 1.</param>
    public WorkerPool(int size)
    {
        helpers = new Thread[size - 1];
        for (int i = 0; i < helpers.Length; i++)
        {
            int worker = i + 1;
            helpers[i] = new(() => Help(worker)) { IsBackground = true, Name = $"training {worker}" };
            helpers[i].Start();
        }
    }

    /// <summary>Number of threads, the caller's among them.</summary>
    public int Size => helpers.Length + 1;

    /// <summary>Processes all pieces; returns when the last is done.</summary>
    /// <param name="pieces">Their number.</param>
    /// <param name="work">Receives the number of a piece, and of the thread that processes it: from 0 to <see cref="Size"/> - 1.</param>
    public void Run(int pieces, Action<int, int> work)
    {
        if (helpers.Length == 0 || pieces == 1)
        {
            for (int piece = 0; piece < pieces; piece++)
                work(piece, 0);
            return;
        }

        this.work = work;
        this.pieces = pieces;
        next = 0;
        end.Reset(helpers.Length);
        begin.Release(helpers.Length);
        Take(0);
        end.Wait();
        if (failure is { } e)
        {
            failure = null;
            throw new InvalidOperationException("A piece of work failed.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        dismissed = true;
        if (helpers.Length > 0)
            begin.Release(helpers.Length);
        foreach (Thread helper in helpers)
            helper.Join();
        begin.Dispose();
        end.Dispose();
    }

    private void Help(int worker)
    {
        while (true)
        {
            begin.Wait();
            if (dismissed)
                return;
            Take(worker);
            end.Signal();
        }
    }

    private void Take(int worker)
    {
        try
        {
            for (int piece = Interlocked.Increment(ref next) - 1; piece < pieces; piece = Interlocked.Increment(ref next) - 1)
                work(piece, worker);
        }
        catch (Exception e)
        {
            failure = e;
        }
    }
}
