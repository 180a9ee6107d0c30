namespace ExactCompression.Experiments;

/// <summary>
/// Runs jobs in parallel on a fixed number of threads. While there are enough jobs, each has one thread; the last ones share the rest. A
/// job may add others, which are run before those that wait.
/// </summary>
internal sealed class ThreadBudget
{
    private readonly object gate = new();
    private readonly LinkedList<Action<int>> waiting = [];
    private readonly int limit;
    private int free;
    private int running;
    private Exception? failure;

    /// <summary>Makes a budget.</summary>
    /// <param name="threads">Threads for all jobs together; 0 for all cores.</param>
    /// <param name="atOnce">Jobs at once; 0 for as many as threads.</param>
    public ThreadBudget(int threads, int atOnce)
    {
        free = threads > 0 ? threads : Environment.ProcessorCount;
        limit = atOnce > 0 ? Math.Min(atOnce, free) : free;
    }

    /// <summary>Puts a job behind those that wait. It gets its number of threads.</summary>
    public void Add(Action<int> job)
    {
        lock (gate)
            waiting.AddLast(job);
    }

    /// <summary>Puts jobs before those that wait, in their order.</summary>
    public void AddFirst(IReadOnlyList<Action<int>> jobs)
    {
        lock (gate)
        {
            for (int i = jobs.Count - 1; i >= 0; i--)
                waiting.AddFirst(jobs[i]);
        }
    }

    /// <summary>Runs all jobs, and those that they add, until none is left; returns when the last has ended.</summary>
    /// <param name="cancellation">When cancelled, no further job begins.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(CancellationToken cancellation)
    {
        lock (gate)
        {
            while (true)
            {
                if (failure is not null || cancellation.IsCancellationRequested)
                    waiting.Clear();
                while (waiting.Count > 0 && running < limit && free > 0)
                    Start(waiting.First!.Value);
                if (running == 0)
                    break;
                Monitor.Wait(gate); // for a job to finish
            }
        }

        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        cancellation.ThrowIfCancellationRequested();
    }

    private void Start(Action<int> job)
    {
        int share = Math.Max(1, free / Math.Min(limit - running, waiting.Count));
        waiting.RemoveFirst();
        running++;
        free -= share;
        new Thread(() =>
        {
            Exception? problem = null;
            try
            {
                job(share);
            }
            catch (Exception e)
            {
                problem = e;
            }

            lock (gate)
            {
                if (problem is not OperationCanceledException)
                    failure ??= problem;
                running--;
                free += share;
                Monitor.Pulse(gate);
            }
        })
        { IsBackground = true, Name = "Sweep" }.Start();
    }
}
