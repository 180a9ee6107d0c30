using ExactCompression.Gpu;
using ExactCompression.Gpu.Kernels;
using ExactCompression.Numerics;
using ExactCompression.Tests.Numerics;
using ExactCompression.Tests.Oracles;
using ILGPU.Runtime;
using Xunit;
using MatrixView = ILGPU.Runtime.ArrayView2D<float, ILGPU.Stride2D.DenseY>;
using RankedView = ILGPU.Runtime.ArrayView2D<ExactCompression.Gpu.Kernels.RankedPoint, ILGPU.Stride2D.DenseY>;

namespace ExactCompression.Tests.Gpu;

/// <summary>Linear maps of all kinds on devices, on small whole numbers: every sum is exact, and there is one right result.</summary>
[Collection(DeviceTests.Name)]
public sealed class DeviceMapTests(WitnessDevices devices)
{
    private const float NoFloor = float.NegativeInfinity;

    public static TheoryData<string, string> Kinds
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string device in (string[])["cpu-1", "cpu-2", "cpu-4", "cuda", "opencl"])
            {
                foreach (string kind in (string[])["Convolution", "Dense", "Diagonal", "Selection", "Sparse"])
                    data.Add(device, kind);
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Apply_AnyMap_GivesTheSumsOverItsEntries(string device, string kind) => ForAll(device, kind, (on, c) =>
    {
        int inputs = c.Map.Input.Count, outputs = c.Map.Output.Count;
        float[] x = c.Draw<float>(inputs, c.Rows), begin = c.Draw<float>(outputs, c.Rows), bias = c.Draw<float>(outputs, 1);
        float[] clipped = Array.ConvertAll(x, static v => Math.Max(0, v));
        Assert.Equal(c.Apply(x, bias, null), on.Apply(x, NoFloor, bias, begin, AffineKernel.Values));
        Assert.Equal(c.Apply(clipped, bias, null), on.Apply(x, 0, bias, begin, AffineKernel.Values));
        Assert.Equal(c.Apply(clipped, [], begin), on.Apply(x, 0, bias, begin, AffineKernel.Values | AffineKernel.Add));
    });

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Pull_AnyMap_GivesTheSumsOverItsEntriesWhereRectifiersAreOn(string device, string kind) => ForAll(device, kind, (on, c) =>
    {
        int inputs = c.Map.Input.Count, outputs = c.Map.Output.Count;
        float[] gradient = c.Draw<float>(outputs, c.Rows), below = c.Draw<float>(inputs, c.Rows), begin = c.Draw<float>(inputs, c.Rows);
        float[] pulled = c.ApplyTranspose(gradient, Window.Whole(c.Map.Output), Window.Whole(c.Map.Input), null);
        void Compare(float floor, int add) => Assert.Equal(
            pulled.Select((v, at) => (add * begin[at]) + (below[at] > floor ? v : 0)),
            on.Pull(below, floor, add, begin, (call, upload) => on.Map.Pull(upload(gradient, outputs), call)));
        Compare(NoFloor, 0);
        Compare(0, 0);
        Compare(0, 1);
    });

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Seed_AnyMap_GivesOneSignedRowForEachPoint(string device, string kind) => ForAll(device, kind, (on, c) =>
    {
        int inputs = c.Map.Input.Count, outputs = c.Map.Output.Count;
        float[] below = c.Draw<float>(inputs, c.Rows), begin = c.Draw<float>(inputs, c.Rows), gradient = new float[outputs * c.Rows];
        int[] targets = [.. Enumerable.Range(0, c.Rows).Select(r => ((7 * r) + c.Rows) % outputs)];
        float[] signs = [.. Enumerable.Range(0, c.Rows).Select(static r => r % 3 == 0 ? -1f : 1f)];
        for (int r = 0; r < c.Rows; r++)
            gradient[(r * outputs) + targets[r]] = signs[r];
        float[] pulled = c.ApplyTranspose(gradient, Window.Whole(c.Map.Output), Window.Whole(c.Map.Input), null);
        void Compare(float floor, int add) => Assert.Equal(
            pulled.Select((v, at) => (add * begin[at]) + (below[at] > floor ? v : 0)),
            on.Pull(
                below, floor, add, begin,
                (call, _) => on.Map.Seed(on.Memory.Vector(targets), on.Memory.Vector(signs), call)));
        Compare(NoFloor, 0);
        Compare(0, 0);
        Compare(0, 1);
    });

    private void ForAll(string name, string kind, Action<MapOnDevice, MapCase> check)
    {
        IlgpuWitnessDevice? device = devices.Find(name);
        Skip.If(device is null, $"There is no {name} device here.");
        var shape = new LaunchShape(device.Accelerator);
        var kernels = new DeviceKernels(device.Accelerator, shape.Edge);
        MapCases.Seeds.ForAll(
            s =>
            {
                var c = MapCase.Of(kind, s.Rows, s.Seed);
                using var on = new MapOnDevice(device.Accelerator, kernels, shape, c);
                check(on, c);
            },
            count: device.Accelerator.AcceleratorType == AcceleratorType.CPU ? 6 : 150);
    }

    /// <summary>A map on a device, and its calls on values in rows.</summary>
    private sealed class MapOnDevice : IDisposable
    {
        private readonly Accelerator accelerator;
        private readonly MapCase c;

        public MapOnDevice(Accelerator accelerator, DeviceKernels kernels, LaunchShape shape, MapCase c)
        {
            (this.accelerator, this.c) = (accelerator, c);
            accelerator.Bind();
            Memory = new(accelerator);
            Map = DeviceMaps.Copy(kernels, shape, Memory, c.Map);
        }

        public DeviceMemory Memory { get; }

        public IDeviceMap Map { get; }

        public float[] Apply(float[] x, float floor, float[] bias, float[] begin, int outputs)
        {
            MatrixView z = Upload(begin, c.Map.Output.Count);
            RankedView none = Memory.Matrix<RankedPoint>(1).As(1, 1);
            int[] rows = [.. Enumerable.Range(0, bias.Length)];
            Map.Apply(new(
                Upload(x, c.Map.Input.Count), floor, Memory.Vector(bias), Memory.Vector(rows), outputs, z, 0, none));
            return Download(z);
        }

        public float[] Pull(
            float[] below, float floor, int add, float[] begin, Action<BackwardCall, Func<float[], int, MatrixView>> launch)
        {
            MatrixView result = Upload(begin, c.Map.Input.Count);
            launch(new(Upload(below, c.Map.Input.Count), floor, add, result), Upload);
            return Download(result);
        }

        public void Dispose() => Memory.Dispose();

        /// <summary>Rows of points to columns of points.</summary>
        private MatrixView Upload(float[] rows, int width)
        {
            DeviceMatrix<float> matrix = Memory.Matrix(rows.Length);
            matrix.Vector(rows.Length).CopyFromCPU(
                [.. Enumerable.Range(0, rows.Length).Select(at => rows[(at % c.Rows * width) + (at / c.Rows)])]);
            return matrix.As(width, c.Rows);
        }

        private float[] Download(MatrixView matrix)
        {
            accelerator.Synchronize();
            var columns = new float[matrix.Length];
            matrix.BaseView.CopyToCPU(columns);
            int width = matrix.IntExtent.X;
            return [.. Enumerable.Range(0, columns.Length).Select(at => columns[(at % width * c.Rows) + (at / width)])];
        }
    }
}
