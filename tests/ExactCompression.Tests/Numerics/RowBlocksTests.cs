using ExactCompression.Numerics;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>Rows that are shared among threads are each done once, whatever their number and size.</summary>
public class RowBlocksTests
{
    /// <summary>As many operations a row as make two rows worth a thread each.</summary>
    private const double Much = 1 << 22;

    [Fact]
    public void Run_AnyNumberOfRows_DoesEachOnce()
    {
        foreach (double operations in (double[])[1, 1000, 1 << 14, 1 << 20, Much, 1e12])
        {
            foreach (int rows in (int[])[1, 2, 3, 7, 64, 100, 257, 4099])
            {
                var done = new int[rows];
                RowBlocks.Run(
                    rows,
                    operations,
                    (first, end) =>
                    {
                        Assert.True(first < end);
                        for (int i = first; i < end; i++)
                            Interlocked.Increment(ref done[i]);
                    },
                    default);
                Assert.All(done, static d => Assert.Equal(1, d));
            }
        }
    }

    [Fact]
    public void Run_LittleToDo_IsOneBlockOnTheCallersThread()
    {
        var blocks = new List<(int First, int End, int Thread)>();
        RowBlocks.Run(1000, 100, (first, end) => blocks.Add((first, end, Environment.CurrentManagedThreadId)), default);
        Assert.Equal([(0, 1000, Environment.CurrentManagedThreadId)], blocks);
    }

    [Fact]
    public void Run_MuchToDo_IsSharedSoThatNoBlockIsLarge()
    {
        int blocks = 0;
        RowBlocks.Run(64, Much, (first, end) => Interlocked.Add(ref blocks, end == first + 1 ? 1 : 0), default);
        Assert.Equal(64, blocks);
    }

    /// <summary>Sums that round differently in every order come out the same however the rows are shared.</summary>
    [Fact]
    public void Run_SharedOrNot_GivesTheSameBits()
    {
        double[] Sums(double operations)
        {
            var sums = new double[301];
            RowBlocks.Run(
                sums.Length,
                operations,
                (first, end) =>
                {
                    for (int i = first; i < end; i++)
                    {
                        var random = new Random(i);
                        for (int k = 0; k < 100; k++)
                            sums[i] += (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 21));
                    }
                },
                default);
            return sums;
        }

        Assert.Equal(Sums(1), Sums(Much));
    }

    [Fact]
    public void Run_CancelledWhileItIsShared_Throws()
    {
        using var source = new CancellationTokenSource();
        int done = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => RowBlocks.Run(
            100_000,
            Much,
            (_, _) =>
            {
                source.Cancel();
                Interlocked.Increment(ref done);
            },
            source.Token));
        Assert.InRange(done, 1, 99_999); // no block looked at the token
    }

    [Fact]
    public void Run_BlockThatThrows_IsHeard() =>
        Assert.Throws<AggregateException>(() => RowBlocks.Run(4, Much, static (_, _) => throw new InvalidOperationException(), default));
}
