using ExactCompression.Bounds;
using ExactCompression.Numerics;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>Blocks of neurons that are close, and the corners of the box that they give.</summary>
public sealed class NeuronBlocksTests
{
    [Theory]
    [InlineData(1, 1, 1, 16)]
    [InlineData(70, 1, 1, 16)]
    [InlineData(3, 5, 7, 16)]
    [InlineData(40, 9, 4, 16)]
    [InlineData(2, 33, 40, 8)]
    public void Blocks_SomeNeurons_HaveEachOnceWithinSmallWindows(int channels, int height, int width, int most)
    {
        var shape = new MapShape(channels, height, width);
        var random = new Random(channels);
        int[] neurons = [.. Enumerable.Range(0, shape.Count).Where(i => i == 0 || random.Next(3) > 0)];
        random.Shuffle(neurons);
        var blocks = new NeuronBlocks(shape, neurons, most);
        var seen = new List<int>();
        for (int b = 0; b < blocks.Count; b++)
        {
            Window window = blocks.WindowOf(b);
            Assert.InRange(blocks.Places(b).Length, 1, most);
            Assert.True(window is { Height: <= 4, Width: <= 4 } || shape.Plane == 1);
            foreach (int place in blocks.Places(b))
            {
                seen.Add(place);
                Assert.True(WindowElements.PlaceOf(neurons[place], shape, window) >= 0);
            }
        }

        Assert.Equal(Enumerable.Range(0, neurons.Length), seen.Order());
    }

    [Fact]
    public void Corners_OfWindowsThatDoNotOverlap_ShareAPoint()
    {
        var shape = new MapShape(2, 2, 4);
        var domain = new InputDomain([.. Enumerable.Repeat(-1.0, 16)], [.. Enumerable.Range(1, 16).Select(static i => (double)i)]);
        BoxCorner left = new(domain, shape, new(0, 0, 2, 1), [1, -1, 0, 1]), right = new(domain, shape, new(1, 2, 1, 2), [1, 1, -1, 1]),
            all = new(domain, shape, Window.Whole(shape), [.. Enumerable.Repeat(1.0, 16)]);
        var points = new CornerPoints(
            domain, [new(new(0, true), left), new(new(1, true), all), new(new(2, false), right)]);
        Assert.Equal(2, points.Count);
        var point = new float[16];
        points.Copy(0, point);
        Assert.Equal([1, 0.5f, 1, 1.5f, -1, 2.5f, 7, 8, -1, 4.5f, 5, 5.5f, 13, 6.5f, -1, 16], point);
        points.Copy(1, point);
        Assert.Equal(Enumerable.Range(1, 16).Select(static i => (float)i), point);
    }
}
