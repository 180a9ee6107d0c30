using System.Diagnostics;

namespace ExactCompression.Tests.Campaigns;

/// <summary>
/// Runs cases on threads of its own and watches them: code that hangs cannot be ended from outside, so its thread is left behind and
/// another takes its place.
/// </summary>
internal static class CaseRunner
{
    private const int NoCase = -1;

    private static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(100);

    private sealed class Worker
    {
        public long Case = NoCase;
        public long Since;
        public volatile bool Abandoned;
    }

    /// <summary>Runs cases.</summary>
    /// <param name="first">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="threads">How many at a time.</param>
    /// <param name="limit">A case that takes longer is left behind.</param>
    /// <param name="run">Runs one; it must not throw.</param>
    /// <param name="hangs">Told of a case that is left behind.</param>
    /// <param name="progress">Told how many are done, now and then.</param>
    public static void Run(long first, long count, int threads, TimeSpan limit, Action<long> run, Action<long> hangs,
        Action<long>? progress)
    {
        long next = first, done = 0, end = first + count;
        var workers = new List<(Worker State, Thread Thread)>();
        for (int t = 0; t < threads; t++)
            Start();
        while (workers.Count > 0)
        {
            if (workers[0].Thread.Join(Watch))
                workers.RemoveAt(0);
            progress?.Invoke(Interlocked.Read(ref done));
            for (int w = workers.Count - 1; w >= 0; w--)
            {
                Worker worker = workers[w].State;
                long place = Interlocked.Read(ref worker.Case);
                if (place == NoCase || Stopwatch.GetElapsedTime(Interlocked.Read(ref worker.Since)) < limit
                    || place != Interlocked.Read(ref worker.Case))
                    continue;
                worker.Abandoned = true;
                workers.RemoveAt(w);
                Interlocked.Increment(ref done);
                hangs(place);
                Start();
            }
        }

        void Start()
        {
            var worker = new Worker();
            var thread = new Thread(() => Work(worker)) { IsBackground = true };
            workers.Add((worker, thread));
            thread.Start();
        }

        void Work(Worker worker)
        {
            while (!worker.Abandoned && Interlocked.Increment(ref next) - 1 is var place && place < end)
            {
                Interlocked.Exchange(ref worker.Since, Stopwatch.GetTimestamp());
                Interlocked.Exchange(ref worker.Case, place);
                run(place);
                Interlocked.Exchange(ref worker.Case, NoCase);
                if (!worker.Abandoned)
                    Interlocked.Increment(ref done);
            }
        }
    }
}
