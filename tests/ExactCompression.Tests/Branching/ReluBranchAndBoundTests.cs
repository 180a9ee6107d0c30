using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Branching;

/// <summary>
/// Search trees that are interrupted: problems in progress must not be lost, since a tree without open problems counts as a proof.
/// </summary>
public sealed class ReluBranchAndBoundTests
{
    [Theory]
    [InlineData(0.01, true)] // the triangle inequality, plus a margin
    [InlineData(-0.01, false)]
    public void Continue_AfterCancellationInTheMiddle_ProvesOnlyWhatIsTrue(double margin, bool proven)
    {
        var domain = new InputDomain([-1, -1], [1, 1]);
        var first = new AffineLayer([1, 0, -1, 0, 0, 1, 0, -1, 1, 1, -1, -1], new double[6], 6, 2, Activation.Relu);
        var second = new AffineLayer([1, 1, 1, 1, -1, -1], [margin], 1, 6, Activation.Relu, WeightPrecision.Float64);
        using RelaxedGraph below = Relaxed.Chain(domain, first, second);
        below.Add([-1, -1, -1, -1, -2, -2], [1, 1, 1, 1, 2, 2]);
        var bounds = new AlphaBetaCrown(below.Above(second), below);
        for (int stop = 1; stop <= 4; stop++)
        {
            var tree = new ReluBranchAndBound(bounds, new(6, Above: false), 0);
            using var source = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(
                () => tree.Continue(
                    1_000, null,
                    new() { MaxDegreeOfParallelism = 1, CancellationToken = source.Token,
                        TaskScheduler = new CancellingScheduler(source, stop) }));
            Assert.False(tree.IsProven, $"cancelled at {stop}");
            tree.Continue(1_000, null, new() { MaxDegreeOfParallelism = 1 });
            Assert.Equal(proven, tree.IsProven);
        }
    }

    [Fact]
    public void Forget_InTheMiddle_LosesWhatWasDoneButProvesNothingFalse()
    {
        var domain = new InputDomain([-1, -1], [1, 1]);
        var first = new AffineLayer([1, 0, -1, 0, 0, 1, 0, -1, 1, 1, -1, -1], new double[6], 6, 2, Activation.Relu);
        var second = new AffineLayer([1, 1, 1, 1, -1, -1], [0.01], 1, 6, Activation.Relu, WeightPrecision.Float64);
        using RelaxedGraph below = Relaxed.Chain(domain, first, second);
        below.Add([-1, -1, -1, -1, -2, -2], [1, 1, 1, 1, 2, 2]);
        var tree = new ReluBranchAndBound(new(below.Above(second), below), new(6, Above: false), 0);
        tree.Continue(3, null, new() { MaxDegreeOfParallelism = 1 });
        Assert.True(tree.Open > 0 && !tree.IsProven);
        tree.Forget();
        Assert.Equal((0, 0, false), (tree.Open, tree.Solved, tree.IsProven));
        tree.Continue(1_000, null, new() { MaxDegreeOfParallelism = 1 });
        Assert.True(tree.IsProven);
    }

    /// <summary>
    /// <c>relu(x - 0.5) - relu(2 x)</c> is nowhere above 0, and exactly 0 where both are off: no charge for rounding may keep that open.
    /// </summary>
    [Fact]
    public void Continue_MaximumIsZeroWhereAllAreOff_ProvesIt()
    {
        var first = new AffineLayer([1, 2], [-0.5, 0], 2, 1, Activation.Relu);
        var second = new AffineLayer([1, -1], [0], 1, 2, Activation.Relu);
        using RelaxedGraph below = Relaxed.Chain(new([-1], [1]), first, second);
        below.Add([-1.5, -2], [0.5, 2]);
        var tree = new ReluBranchAndBound(new(below.Above(second), below), new(2, Above: true), 0);
        tree.Continue(100, null, new() { MaxDegreeOfParallelism = 1 });
        Assert.True(tree is { IsProven: true, First: > 0 }, $"{tree.First} {tree.LoosestBound}");
    }

    /// <summary>Cancels when a loop is run for the given number of times.</summary>
    private sealed class CancellingScheduler(CancellationTokenSource source, int stop) : TaskScheduler
    {
        private int runs;

        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => TryExecuteTask(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        {
            if (++runs == stop)
                source.Cancel();
            return TryExecuteTask(task);
        }
    }
}
