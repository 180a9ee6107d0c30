using ExactCompression.Experiments;
using Xunit;

namespace ExactCompression.Tests.Experiments;

public sealed class CoreBudgetTests
{
    [Theory]
    [InlineData(1, 0, 5)]
    [InlineData(3, 0, 10)]
    [InlineData(8, 3, 7)]
    [InlineData(4, 100, 2)]
    public void Run_ManyJobs_NeverTakesMoreThreadsOrJobsThanAllowed(int threads, int atOnce, int jobs)
    {
        var budget = new ThreadBudget(threads, atOnce);
        var gate = new Lock();
        int taken = 0, running = 0, done = 0, mostTaken = 0, mostRunning = 0;
        for (int i = 0; i < jobs; i++)
        {
            budget.Add(share =>
            {
                lock (gate)
                    (mostTaken, mostRunning) = (Math.Max(mostTaken, taken += share), Math.Max(mostRunning, ++running));
                Thread.Sleep(5);
                lock (gate)
                    (taken, running, done) = (taken - share, running - 1, done + 1);
            });
        }

        budget.Run(CancellationToken.None);
        Assert.Equal(jobs, done);
        Assert.InRange(mostTaken, 1, threads);
        Assert.InRange(mostRunning, 1, atOnce == 0 ? threads : Math.Min(atOnce, threads));
    }

    [Fact]
    public void Run_OneJob_HasAllThreads()
    {
        var budget = new ThreadBudget(6, 0);
        int share = 0;
        budget.Add(threads => share = threads);
        budget.Run(CancellationToken.None);
        Assert.Equal(6, share);
    }

    [Fact]
    public void AddFirst_FromAJob_RunsBeforeThoseThatWait()
    {
        var budget = new ThreadBudget(1, 0);
        List<string> order = [];
        budget.Add(_ =>
        {
            order.Add("a");
            budget.AddFirst([_ => order.Add("a1"), _ => order.Add("a2")]);
        });
        budget.Add(_ => order.Add("b"));
        budget.Run(CancellationToken.None);
        Assert.Equal(["a", "a1", "a2", "b"], order);
    }

    [Fact]
    public void Run_AJobThrows_EndsWithItsExceptionAndStartsNoOther()
    {
        var budget = new ThreadBudget(1, 0);
        bool ran = false;
        budget.Add(static _ => throw new IOException("full"));
        budget.Add(_ => ran = true);
        Assert.Equal("full", Assert.Throws<IOException>(() => budget.Run(CancellationToken.None)).Message);
        Assert.False(ran);
    }

    [Fact]
    public void Run_Cancelled_WaitsForThoseAtWorkAndStartsNoOther()
    {
        using var source = new CancellationTokenSource();
        var budget = new ThreadBudget(1, 0);
        bool ended = false, ran = false;
        budget.Add(_ =>
        {
            source.Cancel();
            Thread.Sleep(20);
            ended = true;
        });
        budget.Add(_ => ran = true);
        Assert.ThrowsAny<OperationCanceledException>(() => budget.Run(source.Token));
        Assert.True(ended);
        Assert.False(ran);
    }
}
