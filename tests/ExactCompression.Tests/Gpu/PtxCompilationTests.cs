using System.Reflection;
using System.Text.RegularExpressions;
using ExactCompression.Gpu;
using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace ExactCompression.Tests.Gpu;

/// <summary>Compiles every kernel for NVIDIA cards, which needs no card.</summary>
public sealed partial class PtxCompilationTests
{
    public static TheoryData<int, int> Architectures => new() { { 7, 0 }, { 7, 5 }, { 8, 0 }, { 8, 6 }, { 8, 9 }, { 9, 0 } };

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Compile_EveryKernel_IsSingleFloatInSharedAndGlobalMemoryOnly(int major, int minor)
    {
        using var context = Context.Create(IlgpuPlatform.Configure);
        var architecture = new CudaArchitecture(major, minor);
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(architecture), architecture, new CudaInstructionSet(7, 8), null);
        MethodInfo[] kernels = [.. Kernels()];
        Assert.Equal(16, kernels.Length);
        foreach (MethodInfo kernel in kernels)
        {
            var compiled = (PTXCompiledKernel)backend.Compile(
                EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty);
            string name = $"{kernel.DeclaringType!.Name}.{kernel.Name}", ptx = compiled.PTXAssembly;
            Assert.True(ptx.Contains(".visible .entry", StringComparison.Ordinal), name);
            Assert.False(ptx.Contains(".local", StringComparison.Ordinal), $"{name} spills to local memory.");
            Assert.DoesNotMatch(GenericAccess(), ptx);
            Assert.Matches(GlobalAccess(), ptx);
            Assert.DoesNotMatch(DoublePrecision(), ptx);
            Assert.DoesNotMatch(FunctionCall(), ptx);
            Assert.True(
                compiled.Info?.SharedAllocations.TotalSize is null or <= 16 * 1024,
                $"{name} takes more shared memory than three groups a multiprocessor allow.");
        }
    }

    /// <summary>In a product all time goes into the slices: each value of them comes out of shared memory.</summary>
    [Theory]
    [InlineData(typeof(AffineKernel))]
    [InlineData(typeof(PullbackKernel))]
    public void Compile_Product_ReadsItsSlicesFromSharedMemory(Type kernel)
    {
        using var context = Context.Create(IlgpuPlatform.Configure);
        var architecture = new CudaArchitecture(8, 0);
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(architecture), architecture, new CudaInstructionSet(7, 8), null);
        var compiled = (PTXCompiledKernel)backend.Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(kernel.GetMethod("Run")!.MakeGenericMethod(typeof(Edge16))),
            KernelSpecialization.Empty);
        Assert.InRange(SharedLoad().Count(compiled.PTXAssembly), 2 * Tile.PerThread, int.MaxValue);
        Assert.InRange(Multiplication().Count(compiled.PTXAssembly), Tile.PerThread * Tile.PerThread, int.MaxValue);
    }

    [GeneratedRegex(@"\b(ld|st)(\.v[24])?\.[bfsu]\d")]
    private static partial Regex GenericAccess();

    [GeneratedRegex(@"\bld\.global\.")]
    private static partial Regex GlobalAccess();

    [GeneratedRegex(@"\bld\.shared\.f32")]
    private static partial Regex SharedLoad();

    [GeneratedRegex(@"\b(mul|fma|mad)(\.rn)?\.f32")]
    private static partial Regex Multiplication();

    [GeneratedRegex(@"\.f64")]
    private static partial Regex DoublePrecision();

    [GeneratedRegex(@"\bcall\b")]
    private static partial Regex FunctionCall();

    private static IEnumerable<MethodInfo> Kernels() =>
        typeof(AffineKernel).Assembly.GetTypes()
            .Where(static t => t.Namespace == typeof(AffineKernel).Namespace
                && (t.Name.EndsWith("Kernel", StringComparison.Ordinal) || t.Name.EndsWith("Kernels", StringComparison.Ordinal)))
            .SelectMany(static t => t.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Where(static m => m.ReturnType == typeof(void))
            .Select(static m => m.IsGenericMethodDefinition ? m.MakeGenericMethod(typeof(Edge16)) : m);
}
